#!/usr/bin/env node
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.end('ArRTM placeholder\n');
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log('placeholder listening', server.address());
});
process.once('SIGTERM', () => server.close());
process.once('SIGINT', () => server.close());

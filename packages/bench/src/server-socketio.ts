/** socket.io 4 as its documentation has it: rooms, and acknowledgements on both legs of a peer message. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false });
io.on('connection', (socket) => {
  socket.on('join', async (user: string, group: string, done: () => void) => {
    await socket.join(`user:${user}`);
    if (group !== '') await socket.join(group);
    done();
  });
  socket.on('say', (message: { to: string }) => {
    socket.to(message.to).emit('said', message);
  });
  socket.on('peer', (message: { to: string }, done: (received: boolean) => void) => {
    io.to(`user:${message.to}`)
      .timeout(5000)
      .emit('peer', message, (error: Error | null) => done(error === null));
  });
});
http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${(http.address() as AddressInfo).port}/\n`);
});

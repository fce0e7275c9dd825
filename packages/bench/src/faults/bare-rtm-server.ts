/**
 * The yardstick of "a storm of reconnects": answers what a published client needs to be logged in and in a channel, with
 * Node's HTTP and `ws`, and does nothing else: no ticket, no session, no storage, no delivery.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const frame = (cmd: string, content: object): string =>
  JSON.stringify({ Cmd: cmd, Encrypt: false, Content: JSON.stringify(content) });

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const { port } = server.address() as AddressInfo;
    const addresses = [{ type: 0, addr: '127.0.0.1', port }];
    const body = JSON.stringify({ code: 0, sessionid: 'x'.repeat(150), addresses });
    // The clients read no chunks.
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
  });
});
const wss = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });
wss.on('connection', (socket) => {
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    const { Cmd, Content } = JSON.parse(data.toString()) as { Cmd: string; Content: string };
    const content = JSON.parse(Content) as { readonly UserId?: string; readonly ChanId?: string };
    if (Cmd === 'Login') socket.send(frame(Cmd, { Code: 0, UserId: content.UserId }));
    else if (Cmd === 'JoinChannel') socket.send(frame(Cmd, { Code: 0, ChanId: content.ChanId }));
  });
});
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`ArRTM yardstick is ready: http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});

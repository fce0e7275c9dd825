/** The yardstick: what `ws` costs when one text is sent to every member in a loop. */
import { WebSocket, WebSocketServer } from 'ws';

const groups = new Map<string, Set<WebSocket>>();
const wss = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false }, () => {
  const address = wss.address();
  process.stdout.write(`ready http://127.0.0.1:${typeof address === 'object' ? address?.port : address}/\n`);
});
wss.on('connection', (socket) => {
  socket.on('message', (data) => {
    const text = data.toString();
    const message = JSON.parse(text) as { join?: string; to: string };
    if (message.join !== undefined) {
      const group = groups.get(message.join) ?? new Set();
      groups.set(message.join, group.add(socket));
      socket.on('close', () => group.delete(socket));
      socket.send('joined');
      return;
    }
    for (const member of groups.get(message.to) ?? []) {
      if (member !== socket && member.readyState === WebSocket.OPEN) member.send(text);
    }
  });
});

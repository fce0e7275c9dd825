/** Tickets by the hundred, over connections that are kept. */
import { Agent, request } from 'node:http';
import { APP } from './arena.js';

const agent = new Agent({ keepAlive: true });

/** What the gateway gives `uid` as its `sessionid`. */
export function ticketOf(url: string, uid: string, appId = APP): Promise<string> {
  return new Promise((resolve, reject) => {
    const post = request(`${url}/arapi/v1?action=wrtm_gateway`, { method: 'POST', agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve((JSON.parse(text) as { sessionid: string }).sessionid));
    });
    post.on('error', reject);
    post.end(JSON.stringify({ appid: appId, uid, token: '', wss: false }));
  });
}

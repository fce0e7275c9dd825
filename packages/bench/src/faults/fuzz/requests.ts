import type { Dice } from './dice.js';
import { damaged, oddObject, oddValue } from './mutations.js';

const APP = '0123456789abcdef0123456789abcdef';
const SESSION = { appId: APP, uid: 'eve', sessId: 'x' };

/** Bodies of the paths that take JSON. */
const BODIES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/arapi/v1?action=wrtm_gateway': { appid: APP, uid: 'eve', token: '007', wss: false },
  '/arapi/v1/artmgw/getOfflineMsg': SESSION,
  '/arapi/v1/artmgw/getP2PHistoryMsg': { ...SESSION, peerId: 'calm', limit: 10, order: 'asc' },
  '/arapi/v1/artmgw/getChanHistoryMsg': { ...SESSION, chanId: 'den', startTs: 0 },
  '/arapi/v1/artmgw/uploadLog': { ...SESSION, lines: ['x'] },
  [`/dev/v2/project/${APP}/rtm/users/eve/peer_messages`]: { destination: 'calm', payload: 'x' },
};
const PATHS = [
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/sdk/web/ArRTM@latest.js',
  '/index.html',
  '/arapi/v1/artmgw/uploadMedia',
  `/arapi/v1/artmgw/uploadMedia/${'0'.repeat(32)}`,
  `/arapi/v1/artmgw/media/${'0'.repeat(32)}?app=${APP}&until=99999999999999&sig=x`,
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%5c..%5cwindows',
  '//host/path',
  '/%',
  '/%ff',
  '*',
  'http://other/x',
  `/${'a'.repeat(20_000)}`,
];
const METHODS = ['GET', 'POST', 'HEAD', 'PATCH', 'DELETE', 'PUT', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'X', ''];
const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['Authorization', 'Bearer x.y.z'],
  ['Authorization', 'Basic eDp5'],
  ['Tus-Resumable', '1.0.0'],
  ['Upload-Length', '10'],
  ['Upload-Offset', '0'],
  ['Upload-Key', 'a'.repeat(32)],
  ['Upload-Metadata', 'filename YQ==,filetype dGV4dC9wbGFpbg=='],
  ['Content-Type', 'application/offset+octet-stream'],
  ['Content-Type', 'application/json'],
  ['Transfer-Encoding', 'chunked'],
  ['Range', 'bytes=0-'],
  ['If-None-Match', '*'],
  ['Origin', 'https://evil.example'],
  ['X-Forwarded-For', '1.2.3.4'],
  ['Expect', '100-continue'],
  ['Cookie', 'a=b'],
  ['x-agora-token', '007'],
  ['x-agora-uid', 'eve'],
];

/** One HTTP request as bytes: nearly good, or with a head that no client writes. */
export function oddRequest(dice: Dice): Buffer {
  const [path, good] = dice.pick(Object.entries(BODIES));
  const isPosted = !dice.once(3);
  const object = dice.once(4) ? good : oddObject(dice, good);
  const body = isPosted ? Buffer.from(JSON.stringify(dice.once(8) ? oddValue(dice) : object) ?? '') : Buffer.alloc(0);
  const method = isPosted ? 'POST' : dice.pick(METHODS);
  const lines = [`${method} ${isPosted ? path : dice.pick(PATHS)} HTTP/1.1`, 'Host: 127.0.0.1'];
  for (let more = dice.below(5); more > 0; more--) {
    const [name, value] = dice.pick(HEADERS);
    const odd = dice.once(3) ? String(oddValue(dice)).replace(/[\r\n]/g, dice.once(20) ? '\n' : '') : value;
    lines.push(`${name}: ${odd}`);
  }
  const length = dice.once(10)
    ? dice.pick(['-1', '0', '99999999999', 'x', String(body.length + 5)])
    : String(body.length);
  if (body.length > 0 || dice.once(4)) lines.push(`Content-Length: ${length}`);
  const whole = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
  return dice.once(4) ? damaged(dice, whole) : whole;
}

/** An upgrade that is nearly one. */
export function oddUpgrade(dice: Dice): Buffer {
  const head =
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
  return damaged(dice, Buffer.from(head));
}

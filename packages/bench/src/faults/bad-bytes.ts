import { connect, type Socket } from 'node:net';
import { residentBytes } from '../cpu.js';
import { arrtm } from '../peers.js';
import { quickPost } from '../quick-post.js';
import { Dice } from './fuzz/dice.js';
import { framed, oddFrame } from './fuzz/frames.js';
import { oddRequest, oddUpgrade } from './fuzz/requests.js';
import { goodToken, oddToken, TOKEN_APP } from './fuzz/tokens.js';
import { APP_ID } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer } from './server.js';
import { sleep } from './waiting.js';

const SECONDS = { short: 10, long: 3600 };
const WORKERS = 4;
const FRAMES_PER_SOCKET = 40;
/** What the calm pair waits for its message, with the server under all that. */
const CALM_LIMIT_MS = 2000;
const UPGRADE =
  'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

type Count = { frames: number; requests: number; upgrades: number; tokens: number };

/** What the gateway may answer to a token: good, over, not valid, no token at all. */
const TOKEN_CODES = [0, 109, 110];

/** Writes everything and waits until the server has closed, or has had `ms` to read it. */
function pour(
  port: number,
  parts: readonly Buffer[],
  ms: number,
  onData?: (data: Buffer, socket: Socket) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => socket.destroy(), ms);
    socket.on('error', () => undefined);
    socket.on('data', (data) => onData?.(data, socket));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
    for (const part of parts) socket.write(part);
  });
}

/** A session of a user, on which odd frames are sent; ends when the server has read them all, or has closed. */
async function pourFrames(dice: Dice, port: number, uid: string, count: Count): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${port}/arapi/v1?action=wrtm_gateway`, {
    method: 'POST',
    body: JSON.stringify({ appid: APP_ID, uid, token: '', wss: false }),
  });
  const { sessionid } = (await reply.json()) as { sessionid: string };
  const isOurs = dice.once(2);
  const login = {
    ...{
      UserId: uid,
      UserSId: uid.padStart(32, '0'),
      AcsToken: '',
      SdkVer: '1.0.15',
      SessionId: sessionid,
      SvrKeepAlive: true,
    },
    ...(isOurs && { Caps: ['reply-codes.1', 'push-offline.1', 'resume.1', 'history.1', 'calls.1', 'types.1'] }),
  };
  const hello = JSON.stringify({ Cmd: 'Login', AppId: APP_ID, Encrypt: false, Content: JSON.stringify(login) });
  const join = JSON.stringify({ Cmd: 'JoinChannel', Encrypt: false, Content: '{"ChanId":"den","MsgId":1}' });
  const hasOddFraming = dice.once(4);
  const frames = Array.from({ length: FRAMES_PER_SOCKET }, () =>
    framed(dice, oddFrame(dice), hasOddFraming && dice.once(10)),
  );
  count.frames += frames.length;
  const ping = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);
  const good = [Buffer.from(UPGRADE), framed(dice, Buffer.from(hello), false), framed(dice, Buffer.from(join), false)];
  // The answer to the ping stands for: all before it has been read.
  await pour(port, [...good, ...frames, ping], 1500, (data, socket) => {
    if (data.includes(Buffer.from([0x8a, 0x00]))) socket.destroy();
  });
}

/**
 * A damaged token of one user, shown by that user and by another; what was wrong with the answers. From an address of its
 * own: after some invalid ones no token of an address is looked at.
 */
async function showToken(dice: Dice, port: number, count: Count): Promise<string | undefined> {
  const token = oddToken(dice, goodToken(dice, 'alice'));
  const from = `127.${1 + dice.below(200)}.${dice.below(256)}.${1 + dice.below(254)}`;
  for (const uid of ['alice', 'eve']) {
    count.tokens += 1;
    const body = JSON.stringify({ appid: TOKEN_APP.appId, uid, token, wss: false });
    const answer = await quickPost(port, '/arapi/v1?action=wrtm_gateway', body, from);
    const { code } = JSON.parse(answer.body) as { code: number };
    const isRight = answer.status === 200 && TOKEN_CODES.includes(code) && !(uid === 'eve' && code === 0);
    if (!isRight) return `${uid} shows ${token}: ${answer.status} ${code}`;
  }
  return undefined;
}

export const badBytes: Scenario = {
  name: 'bad bytes',
  load: {
    short: 'frames, HTTP requests, upgrades and tokens, nearly good or damaged, from a seed, for 10 s',
    long: 'frames, HTTP requests, upgrades and tokens, nearly good or damaged, from a seed, for an hour',
  },
  async run(size) {
    const claims = new Claims();
    const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
    const server = await FaultServer.start({
      settings: [
        ...['limits.messagesPerSecond=1000', 'limits.messageBurst=1000'],
        `apps=${JSON.stringify([{ appId: APP_ID }, { appId: TOKEN_APP.appId, certificates: [TOKEN_APP.certificate] }])}`,
        // Sessions whose socket has gone are over soon.
        ...['times.heartbeatMs=1000', 'times.publishedPingMs=1000', 'times.unreachableMs=2000', 'times.offlineMs=5000'],
      ],
    });
    try {
      const open = arrtm(server.port, APP_ID);
      const [calm, friend] = [await open('calm', undefined), await open('friend', undefined)];
      const before = await server.metrics();
      const rssBefore = residentBytes(server.pid);
      const count: Count = { frames: 0, requests: 0, upgrades: 0, tokens: 0 };
      let wrongToken: string | undefined;
      const endAt = performance.now() + Number(process.env.FUZZ_SECONDS ?? SECONDS[size]) * 1000;
      let slowest = 0;
      let calmMessages = 0;
      const talk = async () => {
        for (let serial = 1; performance.now() < endAt; serial++) {
          const began = performance.now();
          const arrived = new Promise<void>((resolve) => {
            friend.onMessage = (number) => number === serial && resolve();
          });
          calm.sendTo('friend', serial);
          const late = new Promise<void>((resolve) => setTimeout(resolve, 10_000));
          await Promise.race([arrived, late]);
          slowest = Math.max(slowest, performance.now() - began);
          calmMessages += 1;
          await sleep(200);
        }
      };
      const work = async (worker: number) => {
        const dice = new Dice(seed + worker);
        for (let round = 0; performance.now() < endAt; round++) {
          const choice = dice.below(10);
          if (choice < 6) await pourFrames(dice, server.port, `eve${worker}x${round % 50}`, count);
          else if (choice < 8) {
            const requests = Array.from({ length: 5 }, () => oddRequest(dice));
            count.requests += requests.length;
            await Promise.all(requests.map((request) => pour(server.port, [request], 300)));
          } else if (choice < 9) {
            wrongToken ??= await showToken(dice, server.port, count);
          } else {
            count.upgrades += 5;
            await Promise.all(Array.from({ length: 5 }, () => pour(server.port, [oddUpgrade(dice)], 100)));
          }
        }
      };
      await Promise.all([talk(), ...Array.from({ length: WORKERS }, (_, worker) => work(worker))]);
      const givenUp = performance.now() + 60_000;
      let after = await server.metrics();
      const left = () => (after.get('arrtm_sessions') ?? 0) - (before.get('arrtm_sessions') ?? 0);
      while (left() > 0 && performance.now() < givenUp) {
        await sleep(500);
        after = await server.metrics();
      }
      const rss = residentBytes(server.pid);
      const complaints = server.output.filter((line) => /"level":(50|60|"error"|"fatal")/.test(line));
      calm.close();
      friend.close();
      const code = await server.end('SIGTERM');
      const inputs = count.frames + count.requests + count.upgrades + count.tokens;
      claims.holds('it ends as it was told, and not before', code === 0);
      claims.holds(`nothing is logged as an error: ${complaints[0]?.slice(0, 300)}`, complaints.length === 0);
      claims.holds(`a damaged token lets nobody else in: ${wrongToken}`, wrongToken === undefined);
      claims.holds('two users beside that have every message within 2 s', slowest < CALM_LIMIT_MS);
      claims.holds('no session is left', left() === 0);
      claims.holds('memory is at most twice that of before and 150 MB', rss < 2 * rssBefore + 150 * 2 ** 20);
      const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
      const seen =
        `seed ${seed}: ${inputs} inputs (${count.frames} frames, ${count.requests} requests, ${count.upgrades} upgrades, ${count.tokens} tokens); ` +
        `${calmMessages} calm messages, the slowest ${slowest.toFixed(0)} ms; RSS ${mb(rssBefore)} to ${mb(rss)} MB`;
      return { broken: claims.broken, seen };
    } finally {
      await server.close();
    }
  },
};

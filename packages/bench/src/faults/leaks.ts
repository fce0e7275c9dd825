import { readdirSync } from 'node:fs';
import { anonymousBytes, residentBytes } from '../cpu.js';
import { Wire } from '../wire.js';
import { APP_ID } from './rtm-user.js';
import { Claims, type Scenario } from './scenario.js';
import { FaultServer, OUTER_NODE_FLAGS } from './server.js';
import { sleep } from './waiting.js';

const CYCLES = { short: 600, long: Number(process.env.LEAKS_VISITS ?? 200_000) };
const AT_A_TIME = 32;
const ROOMS = 10;
/** Longer than V8 takes to give back pages that are empty. */
const RELEASE_MS = 10_000;
/** A port that has been used cannot be used again for a minute: visits come from several addresses. */
const ADDRESSES = 60;

const frame = (cmd: string, content: object): string =>
  JSON.stringify({ Cmd: cmd, Encrypt: false, Content: JSON.stringify(content) });

/** Connect, log in, join, send, leave, go: every second one with a Logout, the others by hanging up. */
async function visit(port: number, number: number): Promise<void> {
  const uid = `guest${number}`;
  const body = JSON.stringify({ appid: APP_ID, uid, token: '', wss: false });
  const reply = await fetch(`http://127.0.0.1:${port}/arapi/v1?action=wrtm_gateway`, { method: 'POST', body });
  const { sessionid: SessionId } = (await reply.json()) as { sessionid: string };
  const wire = await Wire.open('127.0.0.1', port, '/', `127.0.0.${2 + (number % ADDRESSES)}`);
  const waiting: (() => void)[] = [];
  const closed = new Promise<void>((resolve) => {
    wire.onClose = resolve;
  });
  const answer = (cmd: string) =>
    new Promise<void>((resolve, reject) => {
      waiting.push(reject as () => void);
      wire.onText = (text) => text.startsWith(`{"Cmd":"${cmd}"`) && resolve();
      void closed.then(() => reject(new Error(`closed instead of ${cmd}`)));
    });
  const ask = (cmd: string, content: object) => {
    wire.send(frame(cmd, content));
    return answer(cmd);
  };
  const Caps = ['reply-codes.1', 'push-offline.1', 'resume.1'];
  const login = {
    UserId: uid,
    UserSId: uid.padStart(32, '0'),
    AcsToken: '',
    SdkVer: '2.0.0',
    SessionId,
    SvrKeepAlive: true,
    Caps,
  };
  wire.send(JSON.stringify({ Cmd: 'Login', AppId: APP_ID, Encrypt: false, Content: JSON.stringify(login) }));
  await answer('Login');
  const ChanId = `room${number % ROOMS}`;
  await ask('JoinChannel', { ChanId, MsgId: 1 });
  await ask('AddOrUpdateUserAttributes', { MsgId: 2, SetLocal: true, Attributes: '{"mood":"brief"}' });
  await ask('SendChannelMsg', {
    ChanId,
    FromUId: uid,
    MsgId: 3,
    MsgType: 1,
    MsgBody: 'hello',
    HistoryMsg: false,
    Desc: '',
  });
  if (number % 4 !== 3) await ask('LeaveChannel', { ChanId, MsgId: 4 });
  if (number % 2 === 0) wire.send('{"Cmd":"Logout","Encrypt":false,"Content":""}');
  else wire.close();
  await closed;
}

export const leaks: Scenario = {
  name: 'leaks',
  load: {
    short: '600 visits: connect, log in, join, write, leave, go',
    long: `${CYCLES.long.toLocaleString('en')} visits: connect, log in, join, write, leave, go`,
  },
  async run(size) {
    const claims = new Claims();
    const server = await FaultServer.start({
      nodeFlags: ['--expose-gc', ...OUTER_NODE_FLAGS],
      settings: [
        ...['times.heartbeatMs=1000', 'times.publishedPingMs=1000', 'times.unreachableMs=2000', 'times.offlineMs=5000'],
        ...['limits.logMs=30000', 'times.emptyChannelMs=1000'],
      ],
    });
    try {
      const total = CYCLES[size];
      const look = async () => {
        const { timers, heap } = await server.inside();
        // What was collected goes back to the system in the background.
        if (size === 'long') await sleep(RELEASE_MS);
        const metrics = await server.metrics();
        // What counts events only grows; what is left are live objects.
        const live = [...metrics].filter(([name]) => name.startsWith('arrtm_') && !name.endsWith('_total'));
        const files = readdirSync(`/proc/${server.pid}/fd`).length;
        const [rss, own] = [residentBytes(server.pid), anonymousBytes(server.pid)];
        return { timers, files, live: new Map(live), rss, own, heap };
      };
      let next = 0;
      let failed = '';
      const upTo = async (end: number) => {
        const work = async () => {
          while (next < end) await visit(server.port, next++).catch((error: unknown) => (failed ||= String(error)));
        };
        await Promise.all(Array.from({ length: AT_A_TIME }, work));
        // Until sessions without a goodbye, and the memory of requests and tickets, are over.
        await sleep(size === 'short' ? 7000 : 75_000);
      };
      await upTo(AT_A_TIME);
      const before = await look();
      // The short form says nothing of memory: too few visits, beside what a process takes at its beginning.
      if (size === 'long') await upTo(total / 10);
      const first = size === 'long' ? await look() : before;
      await upTo(total);
      const last = await look();
      const grown = [...last.live].filter(([name, value]) => value > (before.live.get(name) ?? 0));
      // Tickets, instances and users are remembered for a minute, which the short form does not wait for.
      const isBrief = (name: string) =>
        size === 'short' && /tickets|superseded|reconnecting|users|channels|watched/.test(name);
      const left = grown
        .filter(([name]) => !isBrief(name))
        .map(([name, value]) => `${name} ${before.live.get(name)} to ${value}`);
      const growth = last.rss / first.rss - 1;
      claims.holds(`every visit succeeds: ${failed}`, failed === '');
      claims.holds(`nothing is left: ${left.join(', ')}`, left.length === 0);
      claims.holds('timers are as many as before', last.timers <= before.timers + 2);
      claims.holds('open files are as many as before', last.files <= before.files + 2);
      if (size === 'long') claims.holds('memory grows by at most 5 % from the first tenth to the last', growth < 0.05);
      const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
      const seen =
        `RSS ${mb(first.rss)} MB after a tenth, ${mb(last.rss)} MB after all (${(growth * 100).toFixed(1)} %), without mapped files ` +
        `${mb(first.own)} and ${mb(last.own)}, the heap ${mb(first.heap)} and ${mb(last.heap)}; ` +
        `timers ${before.timers} to ${last.timers}, open files ${before.files} to ${last.files}`;
      return { broken: claims.broken, seen };
    } finally {
      await server.close();
    }
  },
};

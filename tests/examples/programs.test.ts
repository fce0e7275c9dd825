/** The examples that run in Node: a bot, and a server that gives tokens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/root.mjs';
import { ArRTM } from '../e2e/built-sdk.js';
import { texts, useStage } from '../e2e/harness.js';
import { APP } from '../e2e/user.js';

const CERTIFICATE = 'fedcba9876543210fedcba9876543210';
const stage = useStage();
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

interface Program {
  readonly child: ChildProcess;
  /** The next line that matches; rejects when the program ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
}

function start(file: string, env: Readonly<Record<string, string>>): Program {
  const child = spawn(process.execPath, [inRoot('examples', file)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      tell();
    });
  }
  child.once('close', tell);
  return {
    child,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
          if (found) resolve(found);
          else if (child.exitCode !== null) reject(new Error(`it has ended, and printed:\n${lines.join('\n')}`));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
  };
}

test('the bot waits for the server, answers in its channel and directly, and leaves when it is told to', async () => {
  const reserved = await stage.server();
  await reserved.stop();
  const bot = start('node-bot/bot.js', { ARRTM_SERVER: reserved.url });
  await bot.line(/trying again/);
  const server = await stage.server({ port: reserved.port });
  await bot.line(/^The bot is in "team"$/);

  const ann = stage.nodeUser('ours', server);
  await ann.login('ann');
  await ann.join('team');
  await ann.sendToChannel('team', 'good morning');
  await ann.sendToChannel('team', '!who');
  expect(texts(await ann.channelMessages('team').atLeast(1))).toEqual(['Here are ann, bot']);
  await ann.sendToPeer('bot', '!time');
  const [told] = texts(await ann.peerMessages.atLeast(1));
  expect(new Date(told ?? '').toISOString()).toBe(told);

  const left = ann.memberEvents('team', 'MemberLeft').atLeast(1);
  bot.child.kill('SIGTERM');
  expect(await left).toEqual([['bot']]);
  expect(await once(bot.child, 'exit')).toEqual([0, null]);
});

test('the bot ends when another one takes its place', async () => {
  const server = await stage.server();
  const [first, second] = [0, 1].map(() => () => start('node-bot/bot.js', { ARRTM_SERVER: server.url }));
  const older = first?.();
  await older?.line(/^The bot is in/);
  const exit = once(older?.child as ChildProcess, 'exit');
  await second?.().line(/^The bot is in/);
  expect(await exit).toEqual([1, null]);
});

test('the token server gives users of its sessions tokens that the server takes', async () => {
  const apps = JSON.stringify([{ appId: APP, certificates: [CERTIFICATE] }]);
  const server = await stage.server({ args: ['--set', `apps=${apps}`] });
  const env = { ARRTM_APP_ID: APP, ARRTM_CERTIFICATE: CERTIFICATE, PORT: '0' };
  const [, url] = (await start('token-server/server.js', env).line(/^Tokens at (\S+)$/)) as unknown as [string, string];

  const ask = (session: string) => fetch(url, { method: 'POST', headers: { authorization: `Bearer ${session}` } });
  expect((await ask('session-of-mallory')).status).toBe(401);
  const { connect } = (await import(
    /* @vite-ignore */ inRoot('examples/token-server/client.js')
  )) as typeof import('../../examples/token-server/client.js');
  const address = { ServerAdd: '127.0.0.1', Port: server.port, Wss: false };
  let asked = 0;
  const client = await connect(
    async () => {
      asked += 1;
      return (await ask('session-of-alice')).json();
    },
    { confPriCloudAddr: address, logFilter: ArRTM.LOG_FILTER_OFF },
  );
  expect([client.uid, asked]).toEqual(['alice', 1]);

  // What the SDK says when the end is near: the session goes on with another token.
  const before = client.token;
  client.emit('TokenWillExpired');
  await expect.poll(() => client.token).not.toBe(before);
  await client.logout();

  const bob = ArRTM.createInstance(APP, { confPriCloudAddr: address, logFilter: ArRTM.LOG_FILTER_OFF });
  await expect(bob.login({ uid: 'bob', token: before })).rejects.toMatchObject({ code: 4 });
});

test('the token server does not start without a certificate', async () => {
  const { child } = start('token-server/server.js', { ARRTM_APP_ID: APP });
  expect(await once(child, 'exit')).toEqual([2, null]);
});

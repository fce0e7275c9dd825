/** The built mini-program entry, alone with `wx` and what its engine has: no browser, no Node. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { parse } from 'acorn';
import { startTestServer, type TestServer } from 'ar-rtm-server/testing';
import { ScriptedWechat } from 'ar-rtm-testkit/wechat';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'packages/sdk/miniprogram_dist');
const APP_ID = '0123456789abcdef0123456789abcdef';
const code = readFileSync(join(FOLDER, 'index.js'), 'utf8');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test('is ES2017, and asks for nothing; so is the module for bundlers', () => {
  const module = readFileSync(join(ROOT, 'packages/sdk/dist/miniprogram.mjs'), 'utf8');
  expect(() => parse(code, { ecmaVersion: 2017, sourceType: 'script' })).not.toThrow();
  expect(() => parse(module, { ecmaVersion: 2017, sourceType: 'module' })).not.toThrow();
  expect(module.match(/\bfrom\s*["'`]|\bimport\(/g)).toBeNull();
  expect(code.match(/\brequire\(|\bimport\(/g)).toBeNull();
});

/** Runs it as a mini-program does, and answers its exports and the names that it has looked for in vain. */
function load(device: ScriptedWechat) {
  const context = createContext({ wx: device.wx, console, setTimeout, clearTimeout });
  // A context has nothing of Node, and of the language more than a mini-program.
  const missing = [
    'Blob',
    'URL',
    'TextEncoder',
    'AbortController',
    'fetch',
    'WebSocket',
    'performance',
    'crypto',
    'atob',
  ];
  expect(missing.filter((name) => runInContext(`typeof ${name}`, context) !== 'undefined')).toEqual([]);
  const run = (source: string) => runInContext(source, context);
  // The tools copy the folder; a package is its index.js, or a file in it.
  run(`var modules = {}, bodies = {
    './index.js': function (module, exports, require) {${code}\n},
    './miniprogram.js': function (module, exports, require) {${readFileSync(join(FOLDER, 'miniprogram.js'), 'utf8')}},
  };
  function require(name) {
    if (!modules[name]) bodies[name](modules[name] = { exports: {} }, modules[name].exports, require);
    return modules[name].exports;
  }`);
  return { run, context };
}

test('two users talk, and send a file', async () => {
  const device = new ScriptedWechat();
  device.files.set('http://tmp/a.txt', new TextEncoder().encode('x'.repeat(300_000)));
  const { run, context } = load(device);
  Object.assign(context, { address: server.address });
  expect(run(`require('./miniprogram.js') === require('./index.js')`)).toBe(true);
  const seen = await (run(`(async () => {
    const ArRTM = require('./index.js');
    const { default: same, RtmErrorCode, AbortController, saveFile } = ArRTM;
    const [ann, ben] = ['ann', 'ben'].map(() => ArRTM.createInstance('${APP_ID}', Object.assign({ logFilter: 4 }, address)));
    await ann.login({ uid: 'ann' });
    await ben.login({ uid: 'ben' });
    const came = new Promise((resolve) => ben.on('MessageFromPeer', resolve));
    const thumbnail = { data: new Uint8Array([1, 2, 3]), type: 'image/png' };
    const message = await ann.createMediaMessageByUploading({ path: 'http://tmp/a.txt', name: '文件.txt' }, { thumbnail });
    await ann.sendMessageToPeer(message, 'ben');
    const { mediaId, fileName, thumbnail: picture } = await came;
    const file = await ben.downloadMedia(mediaId);
    const path = await saveFile(file, 'b.txt');
    const empty = ann.createMessage({ messageType: 'FILE', mediaId }).thumbnail.size;
    const controller = new AbortController();
    const upload = ann.createMediaMessageByUploading({ path }, {}, { cancelSignal: controller.signal });
    controller.abort();
    const code = await upload.catch((error) => error.code);
    await Promise.all([ann.logout(), ben.logout()]);
    return { same: same.createInstance === ArRTM.createInstance, fileName, path, size: file.size, picture: picture.size,
      empty, canceled: code === RtmErrorCode.UploadMediaError.UPLOAD_MEDIA_ERR_INTERRUPTED };
  })()`) as Promise<object>);
  expect({ ...seen }).toEqual({
    same: true,
    fileName: '文件.txt',
    path: 'http://usr/b.txt',
    size: 300_000,
    picture: 3,
    empty: 0,
    canceled: true,
  });
  expect(device.files.get('http://usr/b.txt')).toEqual(device.files.get('http://tmp/a.txt'));
  await expect.poll(() => [device.socketCount, device.listenerCount]).toEqual([0, 0]);
});

test('its types need neither those of browsers nor of Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ar-rtm-miniprogram-'));
  try {
    writeFileSync(
      join(folder, 'app.ts'),
      `import ArRTM, { AbortController, type MiniProgramFile, saveFile } from './index';
       const file: MiniProgramFile = { path: 'x', name: 'x.png' };
       export async function send() {
         const client = ArRTM.createInstance('${APP_ID}');
         await client.login({ uid: 'ann' });
         const { signal } = new AbortController();
         const message = await client.createMediaMessageByUploading(file, { thumbnail: file }, { cancelSignal: signal });
         client.on('MessageFromPeer', async (received) => {
           if (received.messageType === 'IMAGE' && received.thumbnail) await saveFile(received.thumbnail, 'a.png');
         });
         return saveFile(await client.downloadMedia(message.mediaId), 'b.png');
       }
       // @ts-expect-error a file has a path or bytes
       export const wrong: MiniProgramFile = { name: 'x' };`,
    );
    writeFileSync(join(folder, 'index.d.ts'), readFileSync(join(FOLDER, 'index.d.ts')));
    const options = ['--noEmit', '--strict', '--lib', 'es2018', '--types', '', '--module', 'commonjs'];
    const tsc = [join(ROOT, 'node_modules/@typescript/native/bin/tsc'), ...options, '--moduleResolution', 'bundler'];
    const run = () =>
      execFileSync(process.execPath, [...tsc, 'app.ts'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    expect(run).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

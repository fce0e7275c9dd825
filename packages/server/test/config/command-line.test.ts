import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/index.js';

const parse = (...argv: string[]) => parseCommandLine(argv, '2.0.0');

test('nothing means: serve', () => {
  expect(parse()).toEqual({ kind: 'serve', flags: { set: [] } });
});

test('flags of the server', () => {
  const argv = [
    '--port',
    '9443',
    '--open',
    '--data-dir=/data',
    '-c',
    'x.json',
    '-s',
    'limits.logMs=1',
    '--set',
    'a=b=c',
  ];
  expect(parse(...argv)).toEqual({
    kind: 'serve',
    flags: {
      config: 'x.json',
      set: [
        { path: 'port', text: '9443', flag: '--port' },
        { path: 'dataDir', text: '/data', flag: '--data-dir' },
        { path: 'open', text: 'true', flag: '--open' },
        { path: 'limits.logMs', text: '1', flag: '--set limits.logMs=1' },
        { path: 'a', text: 'b=c', flag: '--set a=b=c' },
      ].sort((a, b) => order.indexOf(a.path) - order.indexOf(b.path)),
    },
  });
});
const order = ['port', 'open', 'dataDir', 'limits.logMs', 'a'];

test('commands on stored data', () => {
  const flags = { set: [{ path: 'dataDir', text: 'd', flag: '--data-dir' }] };
  expect(parse('backup', 'to', '--data-dir', 'd')).toEqual({ kind: 'backup', flags, toDir: 'to' });
  expect(parse('restore', '--data-dir', 'd', 'from')).toEqual({
    kind: 'restore',
    flags,
    fromDir: 'from',
    force: false,
  });
  expect(parse('restore', '--force', 'from')).toMatchObject({ kind: 'restore', force: true });
  expect(parse('verify')).toEqual({ kind: 'verify', flags: { set: [] }, repair: false });
  expect(parse('verify', '--repair')).toMatchObject({ kind: 'verify', repair: true });
});

test('commands that make something to log in with', () => {
  const flags = { config: 'x.json', set: [] };
  const token = { kind: 'token', flags, appId: undefined, uid: 'alice', ttlS: 3600 };
  expect(parse('token', '--uid', 'alice', '-c', 'x.json')).toEqual(token);
  expect(parse('token', '--uid', 'alice', '--app', 'a', '--ttl', '60')).toMatchObject({ appId: 'a', ttlS: 60 });
  expect(parse('token')).toMatchObject({ kind: 'error', text: expect.stringContaining('--uid') });
  const appIds = ['a'.repeat(32), 'b'.repeat(32)];
  expect(parse('api-key', '--app', ...appIds)).toEqual({ kind: 'api-key', flags: { set: [] }, appIds });
  expect(parse('api-key', '--app', 'a')).toMatchObject({
    kind: 'error',
    text: expect.stringContaining('32 hexadecimal'),
  });
  expect(parse('api-key')).toMatchObject({ kind: 'error', text: expect.stringContaining('--app') });
  const data = { set: [{ path: 'dataDir', text: 'd', flag: '--data-dir' }] };
  expect(parse('operator-key', '--reset', '--data-dir', 'd')).toEqual({ kind: 'operator-key', flags: data });
  expect(parse('operator-key')).toMatchObject({ kind: 'error', text: expect.stringContaining('--reset') });
});

test('help and version are texts', () => {
  expect(parse('--version')).toEqual({ kind: 'version', text: '2.0.0\n' });
  const help = parse('--help');
  expect(help).toMatchObject({ kind: 'help' });
  const text = 'text' in help ? help.text : '';
  for (const word of [
    'Usage: ar-rtm-server',
    '--host',
    '--set',
    'backup',
    'restore',
    'verify',
    'Examples:',
    'ARRTM_',
  ]) {
    expect(text).toContain(word);
  }
  expect(text).not.toMatch(/undefined|\[object/);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(parse('restore', '-h')).toMatchObject({ kind: 'help', text: expect.stringContaining('--force') });
});

test.each([
  [['--colour'], /unknown option '--colour'/],
  [['serv'], /unknown command 'serv'; there are backup, restore, verify/],
  [['backup'], /missing required argument 'directory'/],
  [['backup', 'a', 'b'], /too many arguments/],
  [['--port'], /argument missing/],
])('%j is an error', (argv, expected) => {
  const result = parse(...argv);
  expect(result).toMatchObject({ kind: 'error', text: expect.stringMatching(expected) });
  expect(result).toMatchObject({ text: expect.stringContaining('--help') });
});

import { expect, test, vi } from 'vitest';
import { frameInWords, loginIn } from './login-frame.js';
import { Network } from './network.js';

const APP = '0123456789abcdef0123456789abcdef';
const frame = (cmd: string, content: object, appId?: string) =>
  JSON.stringify({ Cmd: cmd, AppId: appId, Encrypt: false, Content: JSON.stringify(content) });
const login = (uid: string, id: string) => frame('Login', { UserId: uid, UserSId: id }, APP);

test('a socket is of the user whose login its first frame is, and so are its successors', () => {
  const network = new Network();
  const [amy, ben] = [network.newLine(() => undefined), network.newLine(() => undefined)];
  network.expect(amy, APP, 'amy');
  network.expect(ben, APP, 'ben');
  expect(network.lineOf(login('ben', 'b1'))).toBe(ben);
  expect(network.lineOf(login('amy', 'a1'))).toBe(amy);
  expect(network.lineOf(login('amy', 'a1'))).toBe(amy);
  expect(network.lineOf(login('cat', 'c1'))).toBeUndefined();
  expect(network.lineOf('{"type":"connected"}')).toBeUndefined();
  network.forget(amy);
  expect(network.lineOf(login('amy', 'a1'))).toBeUndefined();
});

test('users of one name are told apart by their logins', () => {
  const network = new Network();
  const [older, newer] = [network.newLine(() => undefined), network.newLine(() => undefined)];
  network.expect(older, APP, 'kim');
  expect(network.lineOf(login('kim', 'k1'))).toBe(older);
  network.expect(newer, APP, 'kim');
  expect(network.lineOf(login('kim', 'k2'))).toBe(newer);
  expect(network.lineOf(login('kim', 'k1'))).toBe(older);
});

test('a line that is cut carries nothing, closes its sockets and takes no new one', () => {
  const seen: string[] = [];
  const line = new Network().newLine(({ text }) => seen.push(text));
  const socket = () => ({ close: vi.fn() }) as unknown as WebSocket;
  const [first, second] = [socket(), socket()];
  expect(line.take(first)).toBe(true);
  expect(line.carry({ direction: 'out', text: 'one' })).toBe(true);
  line.interrupt();
  expect(first.close).toHaveBeenCalledOnce();
  expect(line.carry({ direction: 'in', text: 'two' })).toBe(false);
  expect(line.take(second)).toBe(false);
  expect(second.close).toHaveBeenCalledOnce();
  line.release(first);
  line.interrupt();
  expect(first.close).toHaveBeenCalledOnce();
  expect(seen).toEqual(['one']);
});

test('frames are shown without what one could log in with', () => {
  const { command, content } = frameInWords(
    frame('Login', { UserId: 'amy', AcsToken: 'secret', SessionId: 'ticket', SdkVer: '2' }, APP),
  );
  expect([command, JSON.parse(content)]).toEqual([
    'Login',
    { UserId: 'amy', AcsToken: '•••', SessionId: '•••', SdkVer: '2' },
  ]);
  expect(frameInWords('{"Cmd":"Logout","Content":""}')).toEqual({ command: 'Logout', content: '' });
  expect(frameInWords('not JSON')).toEqual({ command: '?', content: 'not JSON' });
  expect(loginIn(frame('Logout', {}))).toBeUndefined();
});

import { expect, test } from 'vitest';
import { NodeSigner } from '../edge/node-signer.js';
import { Tickets } from './tickets.js';

const APP = '0123456789abcdef0123456789abcdef';
let now = 1_000_000;
const time = {
  monotonicMs: () => 0,
  wallMs: () => now,
  after: () => () => undefined,
  every: () => () => undefined,
  nextTurn: () => undefined,
};
const chance = { fraction: () => 0, secretHex: (bytes: number) => 'ab'.repeat(bytes) };
const tickets = new Tickets(new NodeSigner(Buffer.alloc(32, 7)), time, chance, 60_000);

test('a ticket is for its app, user and token, for a minute', () => {
  const text = tickets.issue(APP, 'a.b ~,user', 'token');
  expect(tickets.forLogin(text, APP, 'a.b ~,user', 'token')).toMatchObject({
    ticket: { appId: APP, uid: 'a.b ~,user' },
    isOver: false,
  });
  expect(tickets.forLogin(text, APP, 'other', 'token')).toBeUndefined();
  expect(tickets.forLogin(text, APP.replace('0', '1'), 'a.b ~,user', 'token')).toBeUndefined();
  expect(tickets.forLogin(text, APP, 'a.b ~,user', 'other')).toBeUndefined();
  now += 60_001;
  expect(tickets.forLogin(text, APP, 'a.b ~,user', 'token')).toMatchObject({ isOver: true });
  expect(tickets.read(text)).toMatchObject({ uid: 'a.b ~,user' });
});

test('a changed ticket, another secret, or any other text is none', () => {
  const text = tickets.issue(APP, 'alice', '');
  for (let i = 0; i < text.length; i += 3) {
    const changed = `${text.slice(0, i)}${text[i] === 'A' ? 'B' : 'A'}${text.slice(i + 1)}`;
    expect(tickets.read(changed)).toBeUndefined();
  }
  const stranger = new Tickets(new NodeSigner(Buffer.alloc(32, 8)), time, chance, 60_000);
  expect(stranger.read(text)).toBeUndefined();
  for (const other of ['', '.', 'a.b.c', 'x'.repeat(10_000), '\u0000']) expect(tickets.read(other)).toBeUndefined();
});

test('a ticket says how its client connects; one of a release that did not note it is read all the same', () => {
  const endTs = 1_900_000_000;
  for (const secure of [true, false]) {
    expect(tickets.read(tickets.issue(APP, 'alice', '', undefined, secure))).toMatchObject({ uid: 'alice', secure });
    expect(tickets.read(tickets.issue(APP, 'alice', '', endTs, secure))).toMatchObject({ tokenEndTs: endTs, secure });
  }
  expect(tickets.read(tickets.issue(APP, 'alice', '', undefined, true))).not.toHaveProperty('tokenEndTs');
  const signer = new NodeSigner(Buffer.alloc(32, 7));
  const former = `${'ab'.repeat(12)}.${(now + 60_000).toString(36)}.${APP}.616c696365.${signer.digest('')}`;
  for (const body of [former, `${former}.${endTs.toString(36)}`]) {
    const ticket = tickets.forLogin(`${body}.${signer.sign(body)}`, APP, 'alice', '');
    expect(ticket).toMatchObject({ ticket: { uid: 'alice', expiresMs: now + 60_000 }, isOver: false });
    expect(ticket?.ticket.tokenEndTs).toBe(body === former ? undefined : endTs);
    expect(ticket?.ticket).not.toHaveProperty('secure');
  }
});

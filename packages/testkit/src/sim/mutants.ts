/** A bug to plant, which the simulator must find. `find` occurs exactly once in the file. */
export interface Mutant {
  readonly name: string;
  readonly story: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const SDK = 'packages/sdk/src/core';
const APP = 'packages/server/src/app';
const LOCAL = 'packages/server/src/engines/local';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledgement lost',
    story: "the receiver's acknowledgement is taken, but its sender is never told",
    file: `${LOCAL}/local-inboxes.ts`,
    find: "if (held.origin) core.notify(held.origin.nodeId, { kind: 'acknowledged', ref: held.origin.ref });",
    replace: '',
  },
  {
    name: 'cursor moved before dispatch',
    story: 'the SDK acknowledges a message when it arrives, before the application has got it',
    file: `${SDK}/inbox.ts`,
    find: 'receive: (message, uid, session) =>\n      follow(message',
    replace:
      "receive: (message, uid, session) =>\n      requests.tell('RecvMsgFromPeerAck', { MsgId: message.MsgId, FromUId: message.FromUId }) ??\n      follow(message",
  },
  {
    name: 'peer messages twice',
    story: 'the SDK dispatches a message again that the server pushes again',
    file: `${SDK}/inbox.ts`,
    find: 'if (isNew) dispatch(message);',
    replace: 'dispatch(message);',
  },
  {
    name: 'repetition not marked',
    story: 'the SDK sends a request again after a cut as if it were new',
    file: `${SDK}/requests.ts`,
    find: 'MsgId: id, Again }',
    replace: 'MsgId: this.nextId(), Again: undefined }',
  },
  {
    name: 'no memory of channel requests',
    story: 'the engine appends a repeated channel message again',
    file: `${LOCAL}/local-channels.ts`,
    find: 'if (msgId !== undefined && slot?.requests.isLate(session, msgId)) {',
    replace: 'if (msgId !== undefined && msgId < 0 && slot) {',
  },
  {
    name: 'no memory of peer requests',
    story: 'the engine appends a repeated peer message again',
    file: `${LOCAL}/local-inboxes.ts`,
    find: 'if (request && slot?.requests.isLate(request.session, request.msgId)) return this.#repeated(slot, sending, request);',
    replace: '',
  },
  {
    name: 'replay off by one',
    story: 'a read of a channel log leaves out the entry right behind the cursor',
    file: `${LOCAL}/channel-log.ts`,
    find: 'this.#head + after.offset - this.#firstOffset() + 1;',
    replace: 'this.#head + after.offset - this.#firstOffset() + 2;',
  },
  {
    name: 'replay from the end',
    story: 'an inbox that was resumed goes on at its end instead of at what was not acknowledged',
    file: `${APP}/session-host.ts`,
    find: 'else session.inbox?.release();',
    replace: 'else session.inbox?.release(claim.inboxEnd);',
  },
  {
    name: 'hole not read back',
    story: 'a node takes an entry of the feed although others are missing before it',
    file: `${APP}/local-channel.ts`,
    find: 'if (!follows || this.queue.length',
    replace: 'if (this.queue.length',
  },
  {
    name: 'stale generation accepted',
    story: 'the engine takes calls on behalf of a session whose generation is over',
    file: `${LOCAL}/core.ts`,
    find: 'if (session?.generation !== generation || !session) return undefined;',
    replace: 'if (!session) return undefined;',
  },
  {
    name: 'fan-out overtakes the queue',
    story: 'a batch is written past frames that wait because the socket is full',
    file: `${APP}/outbox.ts`,
    find: 'if (this.queued !== undefined || this.blocked) {',
    replace: 'if (this.queued === null) {',
  },
  {
    name: 'answer before flush',
    story: 'a stored message is answered before it is on disk',
    file: `${LOCAL}/local-inboxes.ts`,
    find: 'await core.durability.flush(core.boxes.keep(slot, held), timeoutMs);\n    return',
    replace: 'core.durability.behind(core.boxes.keep(slot, held));\n    return',
  },
  {
    name: 'answer instead of keeping',
    story: 'a message that was not acknowledged in time is answered, but not made durable',
    file: `${APP}/deliveries.ts`,
    find: 'if (!delivery.offline) {',
    replace: 'if (delivery.offline || !delivery.offline) {',
  },
  {
    name: 'close overtakes the outbox',
    story: 'a socket is closed at once, and what is queued for it never leaves',
    file: `${APP}/outbox.ts`,
    find: 'this.closing = { code, reason };\n    this.keeper.queued(this, 0);',
    replace: 'this.abandon(code, reason);',
  },
  {
    name: 'epoch kept after a crash',
    story: 'positions of lost entries are given again',
    file: `${LOCAL}/epoch.ts`,
    find: 'const epoch = used + 1;',
    replace: 'const epoch = Math.max(1, used);',
  },
  {
    name: 'gap kept secret',
    story: 'the SDK says that everything was recovered when it was not',
    file: `${SDK}/memberships.ts`,
    find: 'done(gaps.inbox || gaps.channels.length > 0 ? gaps : undefined);',
    replace: 'done(undefined);',
  },
  {
    name: 'live entries before CONNECTED',
    story: 'the SDK does not hold back events while the session is restored',
    file: `${SDK}/connection.ts`,
    find: '    queue.hold();\n',
    replace: '',
  },
  {
    name: 'events after leave',
    story: 'what is still queued for a channel is dispatched after it was left',
    file: `${SDK}/memberships.ts`,
    find: 'membership.move(event);\n    membership.silence();',
    replace: 'membership.move(event);',
  },
  {
    name: 'stored messages dropped at logout',
    story: 'the end of a session drops unacknowledged messages with the offline flag',
    file: `${LOCAL}/session-end.ts`,
    find: '} else if (held.entry.message.offline) {',
    replace: '} else if (held.entry.message.offline && held.entry.durable) {',
  },
  {
    name: 'members who left stay',
    story: 'an ended session is not taken out of its channels',
    file: `${APP}/departures.ts`,
    find: 'while (channels.length > 0) {',
    replace: 'while (channels.length > 20) {',
  },
  {
    name: 'kicked by itself',
    story: 'a client that comes back on a new socket is taken for another instance',
    file: `${APP}/session-host.ts`,
    find: "if (notice.by === 'same') {",
    replace: "if (notice.by === 'same' && !session.connection) {",
  },
  {
    name: 'superseded instance wins back',
    story: 'a kicked client instance that reconnects kicks the newer one',
    file: `${LOCAL}/local-registry.ts`,
    find: "if (core.superseded.has(appId, uid, userSId)) return { outcome: 'superseded' };",
    replace: '',
  },
  {
    name: 'commands of a socket overtake',
    story: 'a command does not wait for the one before it',
    file: `${APP}/connection.ts`,
    find: 'this.busy = true;',
    replace: 'this.busy = false;',
  },
  {
    name: 'tails of channels forgotten',
    story: 'a graceful stop does not write the live entries of channels',
    file: `${LOCAL}/tails.ts`,
    find: 'for (const { position, ts, entry } of log.all()) {',
    replace: 'for (const { position, ts, entry } of log.all().slice(0, 0)) {',
  },
  {
    name: 'server time goes back',
    story: 'entries carry the wall clock as it is',
    file: `${LOCAL}/channel-log.ts`,
    find: 'if (wallMs > this.#lastTs) this.#lastTs = wallMs;',
    replace: 'this.#lastTs = wallMs;',
  },
  {
    name: 'sockets leak',
    story: 'a node keeps sockets that have gone',
    file: `${APP}/server-node.ts`,
    find: 'this.connections.delete(connection);',
    replace: '',
  },
  {
    name: 'accept not confirmed',
    story: 'a call counts as established before its caller knows of the accept',
    file: `${LOCAL}/local-calls.ts`,
    find: 'core.deliveries.flush();\n    return isDone',
    replace: "if (act === 'accept') core.calls.move(call, 'confirm');\n    core.deliveries.flush();\n    return isDone",
  },
  {
    name: 'invited twice',
    story: 'the SDK takes an invitation that is pushed again for another one',
    file: `${SDK}/calls.ts`,
    find: 'if (!isNew || before || !isLoggedIn()) return;',
    replace: 'if (!isLoggedIn()) return;',
  },
];

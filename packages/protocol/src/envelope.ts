/**
 * The frame envelope (wire-protocol.md 3.2): one JSON object with a `Cmd` and a `Content` that is itself the JSON text
 * of an object. This file is the only place where wire text becomes an object and the other way round.
 */
import { INVALID, isObject, parseText } from './fields.js';

/** A frame whose outer form is sound. `content` has not been checked against its command yet. */
export interface Envelope {
  readonly cmd: string;
  /** Only `Login` carries it. */
  readonly appId: unknown;
  readonly content: object;
}

export type EnvelopeResult =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly reason: string; readonly cmd?: string };

const NO_CONTENT = /* @__PURE__ */ Object.freeze({});

/** Decodes the text of one frame. Never throws; says in words what is wrong. */
export function decodeEnvelope(text: string): EnvelopeResult {
  const frame = parseText(text);
  if (frame === INVALID) return { ok: false, reason: 'the frame is not JSON' };
  if (!isObject(frame)) return { ok: false, reason: 'the frame is not an object' };
  const { Cmd: cmd, AppId: appId, Content: raw, Encrypt: encrypt } = frame as Record<string, unknown>;
  if (typeof cmd !== 'string') return { ok: false, reason: 'Cmd is not a string' };
  if (encrypt === true) return { ok: false, reason: 'Encrypt has no meaning here', cmd };
  if (typeof raw !== 'string') return { ok: false, reason: 'Content is not a string', cmd };
  // Logout carries the empty string (wire-protocol.md 4.1).
  const content = raw === '' ? NO_CONTENT : parseText(raw);
  if (content === INVALID) return { ok: false, reason: 'Content is not JSON', cmd };
  if (!isObject(content)) return { ok: false, reason: 'Content is not the text of an object', cmd };
  return { ok: true, envelope: { cmd, appId, content } };
}

/** The text of a frame. `Content` is always the JSON text of an object, as published clients require (quirk Q30). */
export function encodeEnvelope(cmd: string, content: object, appId?: string): string {
  const app = appId === undefined ? '' : `"AppId":${JSON.stringify(appId)},`;
  return `{"Cmd":"${cmd}",${app}"Encrypt":false,"Content":${JSON.stringify(JSON.stringify(content))}}`;
}

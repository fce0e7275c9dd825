import { RTMException } from 'ar-rtm-sdk';
import type { Texts } from '../i18n/en.js';
import { inEscapes, UNSEEN } from './unseen.js';

/** An error in words, with the code by which the documentation knows it. */
export function errorInWords(error: unknown, { errors }: Texts): string {
  if (error instanceof RTMException) {
    // Applications look for this prefix; here the code has its own place.
    return errors.withCode(error.message.replace(/^Error Code -?\d+ - /, ''), error.code, error.name);
  }
  return error instanceof Error ? error.message : String(error);
}

/** JSON has nothing of a Blob. */
function blobInWords({ size, type }: Blob): string {
  return `Blob(${size} bytes${type === '' ? '' : `, ${type}`})`;
}

/** As hex digits, for people. */
export function bytesInWords(bytes: Uint8Array, most = 32): string {
  const digits = [...bytes.subarray(0, most)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length > most ? `${digits} …` : digits;
}

/** The bytes that pairs of hex digits stand for; absent when there is anything else, or nothing. */
export function bytesIn(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})+$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function shown(part: unknown): unknown {
  if (part instanceof Blob) return blobInWords(part);
  return part instanceof Uint8Array ? `Uint8Array(${bytesInWords(part)})` : part;
}

const TEXT_SHOWN = 200;

/** Arguments of an event for one line of the log. */
export function argumentInWords(value: unknown, { log }: Texts): string {
  // Indented by one and joined again: JSON with spaces, where lines can break.
  const json = JSON.stringify(value, (_, part) => shown(part), 1) ?? 'undefined';
  const text = json.replace(/\n\s*/g, ' ').replace(UNSEEN, inEscapes);
  return text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}… ${log.characters(text.length)}` : text;
}

/** Local time of day with milliseconds, as in logs. */
export function timeInWords(at: number): string {
  const date = new Date(at);
  const part = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => part(value)).join(':');
  return `${clock}.${part(date.getMilliseconds(), 3)}`;
}

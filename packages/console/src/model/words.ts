import { RTMException, type RtmStatusCode } from 'ar-rtm-sdk';
import { inEscapes, UNSEEN } from './unseen.js';

const REASONS: Readonly<Record<RtmStatusCode.ConnectionChangeReason, string>> = {
  LOGIN: 'logging in',
  LOGIN_SUCCESS: 'the server accepted the session',
  LOGIN_FAILURE: 'the server refused the login',
  LOGIN_TIMEOUT: 'the server did not answer in time',
  INTERRUPTED: 'the connection is cut and is being restored',
  LOGOUT: 'logged out',
  BANNED_BY_SERVER: 'the app or the user is not allowed',
  REMOTE_LOGIN: 'the same user logged in elsewhere',
  TOKEN_EXPIRED: 'the token expired',
};

/** A reason of `ConnectionStateChanged` in words. */
export function reasonInWords(reason: RtmStatusCode.ConnectionChangeReason): string {
  return REASONS[reason];
}

/** An error in words, with the code by which the documentation knows it. */
export function errorInWords(error: unknown): string {
  if (error instanceof RTMException) {
    // Applications look for this prefix; here the code has its own place.
    return `${error.message.replace(/^Error Code -?\d+ - /, '')} (code ${error.code}, ${error.name})`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** JSON has nothing of a Blob. */
function blobInWords({ size, type }: Blob): string {
  return `Blob(${size} bytes${type === '' ? '' : `, ${type}`})`;
}

const TEXT_SHOWN = 200;

/** Arguments of an event for one line of the log. */
export function argumentInWords(value: unknown): string {
  // Indented by one and joined again: JSON with spaces, where lines can break.
  const json = JSON.stringify(value, (_, part) => (part instanceof Blob ? blobInWords(part) : part), 1) ?? 'undefined';
  const text = json.replace(/\n\s*/g, ' ').replace(UNSEEN, inEscapes);
  return text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}… (${text.length} characters)` : text;
}

/** Local time of day with milliseconds, as in logs. */
export function timeInWords(at: number): string {
  const date = new Date(at);
  const part = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => part(value)).join(':');
  return `${clock}.${part(date.getMilliseconds(), 3)}`;
}

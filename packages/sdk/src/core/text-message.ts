import { isObject, LIMITS, textFits } from 'ar-rtm-protocol';

/** The text of a valid text message (api.md 5.2 and 5.3); `undefined` for anything else. */
export function textOf(message: unknown): string | undefined {
  if (!isObject(message)) return undefined;
  const { text, messageType, rawMessage } = message as Record<string, unknown>;
  if ((messageType !== undefined && messageType !== 'TEXT') || rawMessage !== undefined) return undefined;
  return typeof text === 'string' && text !== '' && textFits(text, LIMITS.MESSAGE_BYTES) ? text : undefined;
}

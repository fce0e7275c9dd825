import { utf8Bytes } from 'ar-rtm-protocol';

/** What is known of a file or image that somebody is to read of. Name, size and description are what its sender says. */
export interface TellableMedia {
  readonly isImage: boolean;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly description: string;
  /** Where it can be opened; absent: nowhere. */
  readonly link: string | undefined;
}

/** Characters of a name: enough to know it by. */
const NAME_LENGTH = 100;
const CUT = '…';
/** Bytes of the shortest description worth a line when there is no room for all of it. */
const SHORT_DESCRIPTION = 16;

/**
 * A file or image in words, for clients that know texts only: name and size, the description, the link, a line each. Never
 * empty and never above `limit` bytes: what there is no room for is cut, the description first, and a link is whole or
 * not there.
 */
export function mediaText({ isImage, name, size, description, link }: TellableMedia, limit: number): string {
  const word = isImage ? 'image' : 'file';
  const known = cleanName(name) || word;
  const head = [...known].length > NAME_LENGTH ? `${[...known].slice(0, NAME_LENGTH - 1).join('')}${CUT}` : known;
  const title = head + sizeInWords(size);
  const end = link === undefined ? '' : `\n${link}`;
  const room = limit - utf8Bytes(end);
  // Only where messages are allowed to be hardly longer than a link.
  if (utf8Bytes(title) > room) return within(title, limit) || word.slice(0, limit);
  return title + descriptionLine(description, room - utf8Bytes(title)) + end;
}

/**
 * One line that shows something: without what ends a line or turns the direction of what follows, by which the end of a
 * name can be made to look like another one.
 */
function cleanName(name: string): string {
  const line = name.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\s]+/gu, ' ').trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(line) ? line : '';
}

function descriptionLine(description: string, room: number): string {
  if (description.trim() === '') return '';
  const line = within(description, room - 1);
  return line !== description && room < SHORT_DESCRIPTION ? '' : `\n${line}`;
}

/** As much of a text as there is room for, in whole characters. */
function within(text: string, bytes: number): string {
  if (utf8Bytes(text) <= bytes) return text;
  const room = bytes - utf8Bytes(CUT);
  let taken = 0;
  let used = 0;
  for (const character of text) {
    used += utf8Bytes(character);
    if (used > room) break;
    taken += character.length;
  }
  return taken === 0 ? '' : `${text.slice(0, taken)}${CUT}`;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];

/** ` (1.4 MB)`; nothing for a number that is the size of no file. */
function sizeInWords(size: number): string {
  if (size < 1) return '';
  let amount = size;
  let unit = 0;
  for (; amount >= 999.5 && unit < UNITS.length; unit++) amount /= 1024;
  const name = UNITS[unit];
  if (name === undefined) return '';
  // A tenth is worth its place only in small numbers.
  const rounded = amount < 9.95 && unit > 0 ? Math.round(amount * 10) / 10 : Math.round(amount);
  return ` (${rounded} ${rounded === 1 && unit === 0 ? 'byte' : name})`;
}

import { type ImageBody, MESSAGE_TYPE, writeMediaBody } from 'ar-rtm-protocol';
import { expect, test } from 'vitest';
import { messageProblem } from './message-rules.js';

const LIMIT = 32_768;
const NONE: ImageBody = {
  Id: '0'.repeat(32),
  Name: '',
  Size: 1,
  Thumb: '',
  ThumbType: '',
  Width: 0,
  Height: 0,
  ThumbWidth: 0,
  ThumbHeight: 0,
};
const problemOf = (fields: Partial<ImageBody>, description = '', type: number = MESSAGE_TYPE.IMAGE) => {
  const body = writeMediaBody({ ...NONE, ...fields }, type === MESSAGE_TYPE.IMAGE);
  return messageProblem({ type, body, description }, LIMIT);
};

test('files and images are taken in their one form', () => {
  for (const type of [MESSAGE_TYPE.FILE, MESSAGE_TYPE.IMAGE]) expect(problemOf({}, 'words', type)).toBeUndefined();
  const body = writeMediaBody(NONE, true);
  const others = ['', 'null', '[]', ` ${body}`, `${body} `, body.replace(',', ', '), body.replace('}', ',"More":1}')];
  others.push(body.replace('"Size":1', '"Size":1.0'), body.replace('"Name":""', '"Name":"","Name":""'));
  for (const other of others) {
    const problem = messageProblem({ type: MESSAGE_TYPE.IMAGE, body: other, description: '' }, LIMIT);
    expect(problem).toBe('the body is not the JSON of a file');
  }
  // The fields of one type are not those of the other.
  for (const type of [MESSAGE_TYPE.FILE, MESSAGE_TYPE.IMAGE]) {
    const other = writeMediaBody(NONE, type === MESSAGE_TYPE.FILE);
    expect(messageProblem({ type, body: other, description: '' }, LIMIT)).toBe('the body is not the JSON of a file');
  }
});

test('name, description and thumbnail together have 32 KB, and not one byte more', () => {
  const thumb = (bytes: number) => ({ Thumb: Buffer.alloc(bytes).toString('base64') });
  const tooLarge = 'file name, description and thumbnail are above 32768 bytes';
  expect(problemOf(thumb(LIMIT))).toBeUndefined();
  expect(problemOf(thumb(LIMIT + 1))).toBe(tooLarge);
  expect(problemOf({ Name: 'ä', ...thumb(LIMIT - 4) }, 'ö')).toBeUndefined();
  expect(problemOf({ Name: 'ä', ...thumb(LIMIT - 3) }, 'ö')).toBe(tooLarge);
});

test('an id that is empty or too long, a type that is too long, a thumbnail that is no Base64', () => {
  expect(problemOf({ Id: '' })).toBe('the media id is empty or too long');
  expect(problemOf({ Id: 'x'.repeat(257) })).toBe('the media id is empty or too long');
  expect(problemOf({ ThumbType: 'x'.repeat(257) })).toBe('the type of the thumbnail is too long');
  expect(problemOf({ Thumb: '*' })).toBe('the thumbnail is not canonical Base64');
});

test('other types are refused', () => {
  for (const type of [0, 5, -1, 1.5, Number.NaN])
    expect(problemOf({}, '', type)).toBe(`MsgType ${type} is not supported`);
});

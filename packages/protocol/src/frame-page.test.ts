/** docs/protocol.md names every command and frame with all its fields. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMAND_FIELDS } from './commands.js';
import {
  ATTRIBUTE_FRAMES,
  CALL_FRAMES,
  CHANNEL_FRAMES,
  HISTORY_FRAMES,
  PEER_FRAMES,
  PRESENCE_FRAMES,
  SESSION_FRAMES,
} from './server-frames.js';

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('|'));
/** Rows about what only clients with capabilities know, wherever they stand. */
const [, ours = ''] = page.split('\n## What ours add\n');

const FRAMES = {
  ...SESSION_FRAMES,
  ...PEER_FRAMES,
  ...CHANNEL_FRAMES,
  ...ATTRIBUTE_FRAMES,
  ...PRESENCE_FRAMES,
  ...HISTORY_FRAMES,
  ...CALL_FRAMES,
};

test.each([...Object.entries(COMMAND_FIELDS), ...Object.entries(FRAMES)])('%s', (name, fields) => {
  const own = rows.filter((row) => row.includes(`\`${name}\``)).join('\n');
  expect(own).not.toBe('');
  for (const field of Object.keys(fields)) {
    expect(own.includes(field) || ours.includes(`\`${field}\``), `${name}.${field}`).toBe(true);
  }
});

/** docs/errors.md has every code that a program can meet, and nothing else. */
import { readFileSync } from 'node:fs';
import { GATEWAY_CODE } from 'ar-rtm-protocol';
import { RtmErrorCode, RtmStatusCode } from 'ar-rtm-sdk';
import { expect, test } from 'vitest';
import { inRoot } from '../../scripts/lib/root.mjs';

const page = readFileSync(inRoot('docs/errors.md'), 'utf8');

/** Rows of the table under a heading, each with all its cells filled. */
function rowsUnder(heading: string, columns = 5): string[][] {
  const [, section = ''] = page.split(`\n${heading}\n`);
  const [text = ''] = section.split(/\n##+ /);
  const rows = text.match(/^\|.*\|$/gm)?.slice(2) ?? [];
  return rows.map((row) => {
    const cells = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
    expect(cells, row).toHaveLength(columns);
    for (const cell of cells) expect(cell, row).not.toBe('');
    return cells;
  });
}

test.each(Object.entries(RtmErrorCode))('%s', (name, values) => {
  const members = Object.entries(values).filter(([, value]) => typeof value === 'number');
  const rows = rowsUnder(`### ${name}`).map(([code, member]) => [member, Number(code)]);
  expect(rows).toEqual(members);
});

test.each(['ConnectionChangeReason', 'LocalInvitationFailureReason', 'RemoteInvitationFailureReason'] as const)(
  '%s',
  (name) => {
    expect(rowsUnder(`### ${name}`, 4).map(([reason]) => reason)).toEqual(Object.keys(RtmStatusCode[name]));
  },
);

test('the gateway', () => {
  const { OK: _, ...codes } = GATEWAY_CODE;
  expect(rowsUnder('## The gateway').map(([code, name]) => [name, Number(code)])).toEqual(Object.entries(codes));
});

/** Tables of the server that no entry exports, as they are written: `word: status` or `word: [status, ...]`. */
function statuses(file: string, table: string): [string, string][] {
  const source = readFileSync(inRoot('packages/server/src', file), 'utf8');
  const [, body = ''] = new RegExp(`^const ${table} = \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? [];
  const found = [...body.matchAll(/^ {2}'?([\w-]+)'?: \[?(\d+)/gm)].map(
    ([, word = '', status = '']): [string, string] => [word, status],
  );
  expect(found.length, file).toBeGreaterThan(10);
  return found.sort();
}

test.each([
  ['## REST', 'app/back-end/problem.ts', 'STATUS'],
  ["## The operator's part", 'app/admin/admin-problem.ts', 'STATUS'],
  ['## Files over HTTP', 'edge/http/media-answers.ts', 'REFUSALS'],
])('%s', (heading, file, table) => {
  const rows = rowsUnder(heading).map(([word, status]) => [word, status]);
  expect(rows.sort()).toEqual(statuses(file, table));
});

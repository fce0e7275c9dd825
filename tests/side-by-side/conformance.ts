/** docs/conformance.md: each row of the published API, the tests that show it with either SDK, and how they ended. */
import { ROWS, type Row } from './rows.js';
import type { Kind, Shown } from './scene.js';

export interface Result extends Shown {
  /** `tests/side-by-side/login.test.ts` */
  readonly file: string;
  readonly title: string;
  readonly passed: boolean;
}

const HEAD = `# Conformance

Every row of the published API, with the scenarios that show it: run with our SDK and with the published, unmodified
\`ar-rtm-sdk@1.0.15\`, with the same code against the same server (\`tests/side-by-side\`). Made by \`npm run conformance\`;
\`npm test\` fails when a row has no passing test, and when this page is not what the tests say.

A name such as B27 is a difference that remains; [differences.md](differences.md) has its reason.
`;

/** In the order of the page: numbers come first in an object, and loading has the first rows. */
const ORDER = Object.keys(ROWS).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));

export function conformancePage(results: readonly Result[]): string {
  const lines = [HEAD];
  let area = '';
  for (const id of ORDER) {
    const row = rowOf(id);
    if (row.area !== area) {
      area = row.area;
      lines.push('', `## ${area}`, '', '| # | | our SDK | published 1.0.15 |', '| --- | --- | --- | --- |');
    }
    lines.push(`| ${id} | ${row.name} | ${cell(id, 'ours', results)} | ${cell(id, 'published', results)} |`);
  }
  lines.push('', '## The scenarios', '');
  for (const file of [...new Set(results.map((result) => result.file))].sort()) {
    lines.push(`- [${file}](../${file})`);
    const own = results.filter((result) => result.file === file && result.client === 'ours');
    for (const { title, rows } of own) lines.push(`  - ${withoutClient(title)} (${rows.join(', ')})`);
  }
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

/** What keeps the page from being good, in words. */
export function conformanceGaps(results: readonly Result[]): string[] {
  const gaps = results
    .filter(({ rows }) => rows.some((id) => !(id in ROWS)))
    .map(({ title }) => `"${title}" names a row that does not exist`);
  for (const id of ORDER) {
    const row = rowOf(id);
    for (const client of ['ours', 'published'] as const) {
      const shown = testsOf(id, client, results).some(({ passed }) => passed) || row.alsoIn?.[client] !== undefined;
      const isAbsent = client === 'published' && row.notInPublished !== undefined;
      if (!shown && !isAbsent) gaps.push(`row ${id} (${row.name}) has no passing test with ${client}`);
    }
  }
  return gaps;
}

function cell(id: string, client: Kind, results: readonly Result[]): string {
  const row = rowOf(id);
  const tests = testsOf(id, client, results);
  const differences = [...new Set(tests.flatMap(({ difference }) => difference ?? []))].sort();
  const failed = tests.filter(({ passed }) => !passed).length;
  const elsewhere = row.alsoIn?.[client]?.map((test) => `\`${test.split(' > ')[0]}\``) ?? [];
  const parts = [
    tests.length > 0 ? `${failed > 0 ? `FAILS ${failed} of` : 'passes'} ${tests.length}` : '',
    elsewhere.length > 0 ? `see ${elsewhere.join(', ')}` : '',
    differences.length > 0 ? `differs: ${differences.join(', ')}` : '',
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join('; ');
  if (client === 'published' && row.notInPublished !== undefined) return row.notInPublished;
  return 'NOT SHOWN';
}

function testsOf(id: string, client: Kind, results: readonly Result[]): Result[] {
  return results.filter((result) => result.client === client && result.rows.includes(id));
}

const rowOf = (id: string): Row => (ROWS as Record<string, Row>)[id] as Row;

const withoutClient = (title: string): string => title.replace(/^(\[[^\]]*\] |(\S+) )(ours|published): /, '$2 ').trim();

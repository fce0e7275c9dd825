/** Checks docs/conformance.md behind each whole run of the scenarios, or writes it with CONFORMANCE=write. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule } from 'vitest/node';
import { conformanceGaps, conformancePage, type Result } from './conformance.js';
import { ROWS, type Row } from './rows.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = 'tests/side-by-side';
const PAGE = `${ROOT}docs/conformance.md`;
const DIFFERENCES = `${ROOT}docs/differences.md`;

export class ConformanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const results: Result[] = [];
    const ended = new Map<string, boolean>();
    for (const module of modules) {
      const file = relative(ROOT, module.moduleId);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        ended.set(`${file} > ${test.name}`, state === 'passed');
        const { api } = test.meta();
        if (api && state !== 'skipped') results.push({ ...api, file, title: test.name, passed: state === 'passed' });
      }
    }
    const files = new Set(results.map(({ file }) => file));
    const all = readdirSync(`${ROOT}${FOLDER}`).filter((name) => name.endsWith('.test.ts'));
    // A run of a part of the scenarios says nothing about the whole.
    if (!all.every((name) => files.has(`${FOLDER}/${name}`))) return;
    results.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
    const problems = [...conformanceGaps(results), ...unexplained(results), ...missingElsewhere(ended, modules)];
    const page = conformancePage(results);
    if (process.env['CONFORMANCE'] === 'write') writeFileSync(PAGE, page);
    else if (page !== readOr(PAGE)) problems.push('docs/conformance.md is not what the tests say: npm run conformance');
    if (problems.length === 0) return;
    console.error(`\nConformance:\n${problems.map((problem) => `- ${problem}`).join('\n')}\n`);
    process.exitCode = 1;
  }
}

/** Every difference has its reason in docs/differences.md. */
function unexplained(results: readonly Result[]): string[] {
  const text = readOr(DIFFERENCES);
  const names = new Set(results.flatMap(({ difference }) => difference ?? []));
  return [...names]
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(text))
    .map((name) => `docs/differences.md says nothing of ${name}`);
}

/** Tests of other folders that a row names, as far as their files were run: they are there, and passed. */
function missingElsewhere(ended: ReadonlyMap<string, boolean>, modules: readonly TestModule[]): string[] {
  const files = new Set(modules.map((module) => relative(ROOT, module.moduleId)));
  const named = Object.values(ROWS as Record<string, Row>).flatMap(({ alsoIn }) => [
    ...(alsoIn?.ours ?? []),
    ...(alsoIn?.published ?? []),
  ]);
  return named
    .filter((name) => files.has(name.split(' > ')[0] as string) && ended.get(name) !== true)
    .map((name) => `"${name}" is not there, or did not pass`);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

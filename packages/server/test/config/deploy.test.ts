/** What `deploy/` offers for copying is right. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatProblem, LEAVES, loadConfig } from '../../src/config/index.js';

const FOLDER = join(import.meta.dirname, '../../../../deploy');
const PLACEHOLDER = 'REPLACE-WITH-32-HEX-DIGITS';
const example = readFileSync(join(FOLDER, 'ar-rtm.json'), 'utf8');

const load = (text: string) => loadConfig({ flags: { set: [] }, env: {}, cwd: '/srv', readFile: () => text });
const problems = (text: string): string[] => {
  const result = load(text);
  return result.ok ? [] : result.problems.map(formatProblem);
};

test('the example of a configuration is refused until it has a certificate of its own, and then it is right', () => {
  expect(problems(example)).toEqual([expect.stringContaining('apps[0].certificates[0]')]);
  expect(problems(example.replace(PLACEHOLDER, 'fedcba9876543210fedcba9876543210'))).toEqual([]);
});

test('what the example has commented out is right, too', () => {
  const all = example
    .replace(PLACEHOLDER, 'fedcba9876543210fedcba9876543210')
    .replace(/^( *)\/\/ ("\w+": .*)$/gm, '$1$2');
  expect(problems(all)).toEqual([]);
  const result = load(all);
  expect(result.ok && result.config.adminAddress).toEqual({ host: '127.0.0.1', port: 9081 });
});

test('every variable of the environment that is set there exists', () => {
  const known = new Set([...LEAVES.map(({ variable }) => variable), 'ARRTM_CONFIG']);
  for (const file of readdirSync(FOLDER)) {
    const named = readFileSync(join(FOLDER, file), 'utf8').match(/ARRTM_[A-Z_]+/g) ?? [];
    expect(
      named.filter((name) => !known.has(name)),
      file,
    ).toEqual([]);
  }
});

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { configSchema, configurationPage, LEAVES } from '../../src/config/index.js';

const PAGE = fileURLToPath(new URL('../../../../docs/configuration.md', import.meta.url));

test('docs/configuration.md is in step with the schema', async () => {
  // `npx vitest run --project server packages/server/test/config/reference -u` writes it anew.
  await expect(configurationPage()).toMatchFileSnapshot(PAGE);
});

test('every field has a sentence, and a name in the environment of its own', () => {
  for (const leaf of LEAVES) expect(leaf.description, leaf.path).toMatch(/\S.*[.)]$/);
  expect(new Set(LEAVES.map(({ variable }) => variable)).size).toBe(LEAVES.length);
});

test('every number has bounds, and a default within them', () => {
  for (const { path, type, minimum, maximum, default: byDefault } of LEAVES) {
    if (type !== 'integer') continue;
    expect(typeof minimum, path).toBe('number');
    expect(maximum, path).toBeLessThan(Number.MAX_SAFE_INTEGER);
    expect(byDefault, path).toBeGreaterThanOrEqual(minimum ?? 0);
    expect(byDefault, path).toBeLessThanOrEqual(maximum ?? 0);
  }
});

test('the defaults are a configuration', () => {
  expect(configSchema.safeParse({}).success).toBe(true);
});

import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { closures } from './packages/sdk/bundling/closures.mjs';
import { define } from './packages/sdk/rolldown.config.mjs';
import { findNginx } from './scripts/lib/ensure-nginx.mjs';
import { findChromium, findFirefox } from './scripts/lib/programs.mjs';
import { ConformanceReporter } from './tests/side-by-side/conformance-reporter.js';

/** Files at a time, on two cores: three of tests that wait more than they compute, two of those that load the machine. */
const WAITING = { maxWorkers: 3, sequence: { groupOrder: 1 } };
const HEAVY = { maxWorkers: 2, sequence: { groupOrder: 2 } };

// Workspace packages are tested from their TypeScript sources; tests/package and tests/e2e use what is built.
const conditions = ['source', ...defaultServerConditions];

export default defineConfig({
  define,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    reporters: ['default', new ConformanceReporter()],
    retry: 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A poll ends when it holds; what never holds is to be told, not raced.
    expect: { poll: { timeout: 20_000 } },
    // Also for runs without scripts/test.mjs; empty when there is none.
    env: {
      CHROMIUM_PATH: findChromium() ?? '',
      FIREFOX_PATH: findFirefox() ?? '',
      NGINX_PATH: findNginx() ?? '',
    },
    projects: [
      {
        extends: true,
        test: { name: 'unit', ...WAITING, include: ['packages/*/src/**/*.test.{ts,tsx}'] },
      },
      {
        // The core as the browser builds write it.
        extends: true,
        plugins: [{ ...closures, enforce: 'pre' }],
        test: { name: 'closures', ...WAITING, include: ['packages/sdk/src/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'server', ...HEAVY, include: ['packages/server/test/!(storage|engine)/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'storage', ...WAITING, include: ['packages/server/test/{storage,engine}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'compat', ...WAITING, include: ['tests/compat/**/*.test.ts', 'tests/types/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'side-by-side', ...WAITING, include: ['tests/side-by-side/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          ...HEAVY,
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: { name: 'docs', ...WAITING, include: ['tests/docs/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'examples', ...HEAVY, include: ['tests/examples/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'package',
          ...HEAVY,
          include: ['tests/package/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});

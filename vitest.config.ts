import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { define } from './packages/sdk/rolldown.config.mjs';
import { findChromium } from './scripts/lib/chromium.mjs';
import { ConformanceReporter } from './tests/side-by-side/conformance-reporter.js';

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
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Also for runs without scripts/test.mjs; empty when there is none.
    env: { CHROMIUM_PATH: findChromium() ?? '' },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/src/**/*.test.{ts,tsx}'] },
      },
      {
        extends: true,
        test: { name: 'server', include: ['packages/server/test/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'compat', include: ['tests/compat/**/*.test.ts', 'tests/types/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'side-by-side', include: ['tests/side-by-side/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        test: { name: 'package', include: ['tests/package/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
});

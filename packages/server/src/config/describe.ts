import type { Config } from './schema.js';

const MASK = '********';

/** The effective values, for logs and the console: certificates are masked. */
export function describeConfig(config: Config): Record<string, unknown> {
  return {
    ...config,
    apps: config.apps.map((app) => ({ ...app, certificates: app.certificates.map(() => MASK) })),
  };
}

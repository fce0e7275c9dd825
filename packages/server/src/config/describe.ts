import type { Config } from './schema.js';

const MASK = '********';

/** The effective values, for logs and the console: certificates and hashes of secrets are masked. */
export function describeConfig(config: Config): Record<string, unknown> {
  return {
    ...config,
    apps: config.apps.map((app) => ({ ...app, certificates: app.certificates.map(() => MASK) })),
    apiKeys: config.apiKeys.map((key) => ({ ...key, secretHash: MASK })),
  };
}

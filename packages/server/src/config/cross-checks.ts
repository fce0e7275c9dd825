import type { Problem } from './problem.js';
import type { Config } from './schema.js';

type Check = (config: Config) => Problem | undefined;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

const problem = (path: string, reason: string): Problem => ({ path, reason });

const atMost = (path: string, value: number, other: string, bound: number): Problem | undefined =>
  value > bound ? problem(path, `${value} must not be above ${other} (${bound})`) : undefined;

const above = (path: string, value: number, other: string, bound: number): Problem | undefined =>
  value <= bound ? problem(path, `${value} must be above ${other} (${bound})`) : undefined;

/** What no single field can say. */
const CHECKS: readonly Check[] = [
  ({ times: t }) => above('times.offlineMs', t.offlineMs, 'times.unreachableMs', t.unreachableMs),
  ({ times: t }) => atMost('times.heartbeatMs', t.heartbeatMs, 'half of times.unreachableMs', t.unreachableMs / 2),
  ({ times: t }) =>
    atMost('times.publishedPingMs', t.publishedPingMs, 'half of times.unreachableMs', t.unreachableMs / 2),
  ({ times: t }) => atMost('times.acknowledgeMs', t.acknowledgeMs, 'times.offlineMs', t.offlineMs),
  ({ times: t }) => atMost('times.countSmallMs', t.countSmallMs, 'times.countLargeMs', t.countLargeMs),
  ({ times: t }) => atMost('times.callReceiptMs', t.callReceiptMs, 'times.callExpireMs', t.callExpireMs),
  // Whoever comes back within the grace reads the log (design 2).
  ({ times: t, limits: l }) =>
    l.logMs < t.offlineMs
      ? problem('limits.logMs', `${l.logMs} must not be below times.offlineMs (${t.offlineMs})`)
      : undefined,
  ({ limits: l }) => above('limits.frameCloseBytes', l.frameCloseBytes, 'limits.frameReplyBytes', l.frameReplyBytes),
  ({ limits: l }) => atMost('limits.messageBytes', l.messageBytes, 'limits.frameReplyBytes', l.frameReplyBytes),
  ({ limits: l }) => atMost('limits.messagesPerSecond', l.messagesPerSecond, 'limits.messageBurst', l.messageBurst),
  ({ limits: l }) =>
    above('limits.processQueueBytes', l.processQueueBytes, 'limits.connectionQueueBytes', l.connectionQueueBytes),
  ({ limits: l }) =>
    atMost('limits.frameCloseBytes', l.frameCloseBytes, 'limits.connectionQueueBytes', l.connectionQueueBytes),
  ({ limits: l }) => atMost('limits.mediaBytes', l.mediaBytes, 'limits.mediaUserBytes', l.mediaUserBytes),
  ({ limits: l }) => atMost('limits.mediaUserBytes', l.mediaUserBytes, 'limits.mediaAppBytes', l.mediaAppBytes),
  ({ apps, host, open }) =>
    apps.length === 0 && !open && !LOOPBACK.test(host)
      ? problem(
          'open',
          `without apps anybody who reaches ${host} could log in: list apps, or say --open if that is what you want`,
        )
      : undefined,
  ({ apps, open }) =>
    apps.length > 0 && open
      ? problem('open', 'has no meaning with apps: their clients need what the app asks for')
      : undefined,
  ({ apps }) => {
    const seen = new Set<string>();
    const index = apps.findIndex(({ appId }) => seen.size === seen.add(appId).size);
    return index < 0 ? undefined : problem(`apps[${index}].appId`, 'is listed twice');
  },
  ({ apiKeys }) => {
    const seen = new Set<string>();
    const index = apiKeys.findIndex(({ id }) => seen.size === seen.add(id).size);
    return index < 0 ? undefined : problem(`apiKeys[${index}].id`, 'is listed twice');
  },
  ({ apps }) => {
    const index = apps.findIndex(({ certificates }) => new Set(certificates).size < certificates.length);
    return index < 0 ? undefined : problem(`apps[${index}].certificates`, 'are the same certificate twice');
  },
];

export const crossCheck = (config: Config): Problem[] =>
  CHECKS.map((check) => check(config)).filter((found) => found !== undefined);

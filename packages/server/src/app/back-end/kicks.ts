import type { NodeContext } from '../context.js';
import type { Departures } from '../departures.js';
import { noteFailure } from '../engine-failure.js';
import { Problem } from './problem.js';
import { type Fields, isRestId } from './request.js';

const NO_BANS = 'this release keeps no rules: only a user can be put off, with the duration 0';

/** Puts users off (rest-api.md 8, duration 0): their session ends, and they may log in again at once. */
export class Kicks {
  constructor(
    private readonly context: NodeContext,
    private readonly departures: Departures,
  ) {}

  /** The user whom a kicking rule puts off. Rules that would have to be kept are refused. */
  userOf(fields: Fields): string | Problem {
    const given = (name: string) => {
      const value = fields.get(name);
      return value === undefined || value === null || value === '' ? undefined : value;
    };
    const uid = given('uid');
    const durations = [given('time_in_seconds'), given('time')];
    if (durations.some((value) => value !== undefined && (typeof value !== 'number' || !Number.isFinite(value)))) {
      return new Problem('invalid_parameter', 'time and time_in_seconds must be numbers');
    }
    const privileges = given('privileges') ?? ['login'];
    if (!Array.isArray(privileges)) return new Problem('invalid_parameter', 'privileges must be a list');
    if (uid === undefined && given('cname') === undefined && given('ip') === undefined) {
      return new Problem('invalid_parameter', 'name a uid');
    }
    const isKick = (durations[0] ?? durations[1]) === 0 && privileges.includes('login');
    if (!isKick || uid === undefined || given('cname') !== undefined || given('ip') !== undefined) {
      return new Problem('feature_disabled', NO_BANS);
    }
    const text = typeof uid === 'number' ? String(uid) : uid;
    return isRestId(text) ? text : new Problem('invalid_parameter', 'uid must be 1 to 64 permitted characters');
  }

  /** Whether there was a session to end. */
  async kick(appId: string, uid: string): Promise<boolean | Problem> {
    const { engine, nodeId, settings } = this.context;
    try {
      const { ended } = await engine.registry.kick({ appId, uid, nodeId, timeoutMs: settings.engineTimeoutMs });
      if (ended) this.departures.add(appId, uid, ended);
      return ended !== undefined;
    } catch (error) {
      noteFailure(this.context, 'putting a user off', error);
      return new Problem('timeout', 'no answer in time; the user may have been put off');
    }
  }
}

import { AppQuota } from '../domain/app-quota.js';
import type { App } from '../domain/apps.js';
import type { NodeContext } from './context.js';
import { noteFailure } from './engine-failure.js';
import type { SessionHost } from './session-host.js';

/** The quotas of apps on this node. Only apps of the configuration have some, so that there are not more than those. */
export class AppQuotas {
  private readonly byApp = new Map<string, AppQuota>();

  constructor(
    private readonly context: NodeContext,
    private readonly sessions: Pick<SessionHost, 'find'>,
  ) {}

  /** Absent for an app without limits. */
  of({ appId, limits }: App): AppQuota | undefined {
    if (limits?.connections === undefined && limits?.messagesPerSecond === undefined) return undefined;
    let quota = this.byApp.get(appId);
    if (!quota) {
      quota = new AppQuota(limits, this.context.time.monotonicMs());
      this.byApp.set(appId, quota);
    }
    return quota;
  }

  /** Whether this user may have a socket: there is room in the app, or a session to go on with. A promise only where the engine is asked. */
  mayConnect(app: App, uid: string): boolean | Promise<boolean> {
    const quota = this.of(app);
    if (!quota?.isFull || this.sessions.find(app.appId, uid)) return true;
    return this.isElsewhere(app.appId, uid);
  }

  private async isElsewhere(appId: string, uid: string): Promise<boolean> {
    const { engine, settings } = this.context;
    try {
      const [state] = await engine.presence.query({ appId, uids: [uid], timeoutMs: settings.engineTimeoutMs });
      return state !== 'OFFLINE';
    } catch (error) {
      // In doubt it waits: a login would need the engine too.
      noteFailure(this.context, 'looking for a session', error);
      return false;
    }
  }
}

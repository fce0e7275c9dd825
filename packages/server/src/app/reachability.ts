import { EngineUnavailable } from '../ports/engine-error.js';
import type { NodeContext } from './context.js';
import { pause } from './engine-failure.js';
import type { Session } from './session.js';

const RETRY_MS = 500;

/** Reports sessions of this node whose client is silent for the UNREACHABLE time, and those that are heard again. */
export class Reachability {
  constructor(
    private readonly context: NodeContext,
    /** A newer claim of the session exists. */
    private readonly stale: (session: Session) => void,
  ) {}

  /** Looks at a client that has been silent for so long; when to look again, in milliseconds. */
  check(session: Session, silentMs: number): number {
    const left = this.context.settings.unreachableMs - silentMs;
    if (left > 0) return left;
    if (!session.isSilent) {
      session.isSilent = true;
      this.report(session);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** A silent client was heard. */
  heard(session: Session): void {
    session.isSilent = false;
    this.report(session);
  }

  /** One report at a time, until the engine knows the newest. */
  private report(session: Session): void {
    if (session.isReporting) return;
    session.isReporting = true;
    this.run(session)
      .catch((error: unknown) => this.context.logger.error({ err: error }, 'reporting presence failed'))
      .finally(() => {
        session.isReporting = false;
      });
  }

  private async run(session: Session): Promise<void> {
    const { engine, settings, counters, time } = this.context;
    const { appId, uid } = session;
    let told: string | undefined;
    // A newer claim of the same session counts as heard at the engine; it is told all the same.
    const wanted = () => `${session.generation} ${session.isSilent}`;
    while (told !== wanted() && session.state !== 'ended') {
      const asked = wanted();
      const { generation, isSilent } = session;
      session.reports += 1;
      try {
        const answer = await engine.presence.report({
          appId,
          uid,
          generation,
          isHeard: !isSilent,
          serial: session.reports,
          timeoutMs: settings.engineTimeoutMs,
        });
        if (answer === 'stale' && session.generation === generation) return this.stale(session);
        told = asked;
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
        counters.add('engine_failures');
        await pause(time, RETRY_MS);
      }
    }
  }
}

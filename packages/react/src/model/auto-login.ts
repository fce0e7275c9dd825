import type { LoginOptions } from 'ar-rtm-sdk';
import type { Release } from './hold.js';
import { patiently } from './patience.js';
import type { Session } from './session.js';

/** Keeps a client logged in as the page says: one step at a time, towards what is wanted by then. */
export class AutoLogin {
  private wanted: LoginOptions | undefined;
  /** What the last step was for. */
  private reached: LoginOptions | undefined;
  private isRunning = false;
  private isLoggingIn = false;

  constructor(private readonly session: Session) {}

  /** The user shall be logged in, with this token, until the release. */
  want(login: LoginOptions): Release {
    this.wanted = login;
    this.go();
    return () => {
      if (this.wanted !== login) return;
      this.wanted = undefined;
      // Not at once: the next user, or the same one again, may be named in this turn.
      this.go();
    };
  }

  private go(): void {
    queueMicrotask(() => {
      // A login that is not wanted any more would hold up what comes next.
      if (this.isLoggingIn && this.wanted?.uid !== this.reached?.uid) void this.session.end();
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.wanted !== this.reached) {
      const { wanted, reached } = this;
      this.reached = wanted;
      // The session keeps the error, for the page.
      await this.step(wanted, reached).catch(() => undefined);
    }
    this.isRunning = false;
  }

  private async step(wanted: LoginOptions | undefined, before: LoginOptions | undefined): Promise<void> {
    const { session } = this;
    const { client } = session;
    if (before && before.uid !== wanted?.uid) await session.end();
    if (!wanted) return;
    const isWanted = () => this.wanted?.uid === wanted.uid;
    if (client.uid !== wanted.uid) {
      if (client.uid !== '') await session.end();
      this.isLoggingIn = true;
      await patiently(() => session.login(wanted), isWanted).finally(() => {
        this.isLoggingIn = false;
      });
    } else if (wanted.token && wanted.token !== client.token) {
      const { token } = wanted;
      await patiently(() => session.renewToken(token), isWanted);
    }
  }
}

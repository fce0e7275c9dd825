import type { AttributesMap, RTMException } from 'ar-rtm-sdk';
import { Hold, type Release } from './hold.js';
import { asException, patiently } from './patience.js';
import type { Session } from './session.js';
import { Store } from './store.js';

/** Attributes of a user, as they were when they were last asked for: no event tells of their changes. */
export interface RtmUserAttributesState {
  readonly attributes: AttributesMap;
  /** Whether they are being asked for. */
  readonly isLoading: boolean;
  /** Why the last question failed; code 6 when the user is not online. */
  readonly error: RTMException | undefined;
}

export const NO_ATTRIBUTES: RtmUserAttributesState = { attributes: {}, isLoading: false, error: undefined };

/** Attributes of one user: asked for when somebody holds them, with every new session and behind every change by the hooks. */
export class UserAttributes {
  readonly store = new Store(NO_ATTRIBUTES);
  private asked = 0;
  private stopFollowing: Release | undefined;
  private readonly hold = new Hold(
    () => this.begin(),
    () => this.finish(),
  );

  constructor(
    private readonly session: Session,
    /** `""` for the user of the session. */
    private readonly userId: string,
    private readonly forget: () => void,
  ) {}

  take(): Release {
    return this.hold.take();
  }

  /** Whether it shows the attributes of the user of the session. */
  get isOwn(): boolean {
    return this.userId === '' || this.userId === this.session.client.uid;
  }

  /** Asks for them. Failures are in the state. */
  async refresh(): Promise<void> {
    const { client } = this.session;
    this.asked += 1;
    const { asked } = this;
    const isCurrent = () => asked === this.asked && this.session.store.get().isLoggedIn;
    if (!isCurrent()) return;
    this.store.change({ isLoading: true });
    try {
      const attributes = await patiently(() => client.getUserAttributes(this.userId || client.uid), isCurrent);
      if (attributes && isCurrent()) this.store.set({ attributes, isLoading: false, error: undefined });
    } catch (error) {
      if (isCurrent()) this.store.change({ isLoading: false, error: asException(error) });
    }
  }

  private begin(): void {
    const release = this.session.take();
    const stop = this.session.follow({
      began: () => void this.refresh(),
      ended: () => this.reset(),
    });
    this.stopFollowing = () => {
      stop();
      release();
    };
    void this.refresh();
  }

  private finish(): void {
    this.stopFollowing?.();
    this.reset();
    this.forget();
  }

  private reset(): void {
    this.asked += 1;
    this.store.set(NO_ATTRIBUTES);
  }
}

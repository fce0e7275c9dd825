/** Which apps this deployment serves, and what a login of each needs (design 9). */
export interface App {
  readonly appId: string;
  /** For people. */
  readonly name?: string | undefined;
  readonly enabled: boolean;
  /** None: the app takes no tokens, any text is accepted. */
  readonly certificates: readonly string[];
  readonly allowEmptyToken: boolean;
  readonly allowWildcardUid: boolean;
  readonly limits?: AppLimits | undefined;
}

/** Bounds of one app, beside those of every app. */
export interface AppLimits {
  /** Of one node. */
  readonly connections?: number | undefined;
  readonly messagesPerSecond?: number | undefined;
  readonly storedBytes?: number | undefined;
}

export class Apps {
  private readonly byId: ReadonlyMap<string, App> | undefined;

  /** Without apps the server is in open development mode: any well-formed App ID, no token. */
  constructor(apps: readonly App[]) {
    this.byId = apps.length === 0 ? undefined : new Map(apps.map((app) => [app.appId, app]));
  }

  get isOpen(): boolean {
    return this.byId === undefined;
  }

  /** Those of the configuration, disabled ones too. */
  configured(): readonly App[] {
    return [...(this.byId?.values() ?? [])];
  }

  find(appId: string): App | undefined {
    if (this.byId === undefined) {
      return { appId, enabled: true, certificates: [], allowEmptyToken: true, allowWildcardUid: false };
    }
    const app = this.byId.get(appId);
    return app?.enabled ? app : undefined;
  }

  /** What the files of an app may come to, where every app may have `bytes`. */
  storedBytes(appId: string, bytes: number): number {
    return Math.min(bytes, this.byId?.get(appId)?.limits?.storedBytes ?? bytes);
  }
}

import { CAPABILITIES, type Capability, knownCapabilities } from 'ar-rtm-protocol';

/** Capabilities that this server offers; a client uses those that both sides announced. */
export const SERVER_CAPABILITIES: readonly Capability[] = [
  CAPABILITIES.REPLY_CODES,
  CAPABILITIES.PUSH_OFFLINE,
  CAPABILITIES.RESUME,
  CAPABILITIES.HISTORY,
  CAPABILITIES.CALLS,
  CAPABILITIES.TYPES,
];

/** What kind of client is at the other end. "Published" is one that announced no capabilities (design, "Ours"). */
export interface ClientProfile {
  readonly published: boolean;
  readonly capabilities: readonly Capability[];
  /** It names positions, wants every position of its channels named, and repeats requests under their number. */
  readonly resumes: boolean;
  /** It knows its calls over cuts, and acknowledges what it is told of them. */
  readonly calls: boolean;
  /** It shows files and images, not only texts. */
  readonly types: boolean;
  /** The client answers ReqKeepAlive; otherwise it sends KeepAlive by itself and wants an answer (wire-protocol.md 6). */
  readonly serverDrivenKeepAlive: boolean;
  /** It matches replies by their command alone: those of one command come in the order of the requests (appendix A). */
  readonly matchesByCommand: boolean;
}

const PUBLISHED_SERVER_DRIVEN: ClientProfile = {
  published: true,
  capabilities: [],
  resumes: false,
  calls: false,
  types: false,
  serverDrivenKeepAlive: true,
  matchesByCommand: false,
};
const PUBLISHED_CLIENT_DRIVEN: ClientProfile = {
  published: true,
  capabilities: [],
  resumes: false,
  calls: false,
  types: false,
  serverDrivenKeepAlive: false,
  matchesByCommand: false,
};

const OLD: ClientProfile = { ...PUBLISHED_CLIENT_DRIVEN, matchesByCommand: true };
/** Releases 1.0.0 to 1.0.3, and the mini-program variant of their time. */
const OLD_RELEASES = /^(1\.0\.[0-3]|0\.0\.\d+)$/;

/** One per set of capabilities that both sides know, not one per connection. */
const OURS = new Map<string, ClientProfile>();

export function profileOf(login: {
  readonly Caps?: readonly string[] | undefined;
  readonly SvrKeepAlive: boolean;
  readonly SdkVer: string;
}): ClientProfile {
  if (login.Caps === undefined && OLD_RELEASES.test(login.SdkVer)) return OLD;
  if (login.Caps === undefined) return login.SvrKeepAlive ? PUBLISHED_SERVER_DRIVEN : PUBLISHED_CLIENT_DRIVEN;
  const announced = knownCapabilities(login.Caps);
  const capabilities = SERVER_CAPABILITIES.filter((name) => announced.includes(name));
  const key = capabilities.join();
  let profile = OURS.get(key);
  if (profile === undefined) {
    const resumes = capabilities.includes(CAPABILITIES.RESUME);
    const calls = resumes && capabilities.includes(CAPABILITIES.CALLS);
    const types = capabilities.includes(CAPABILITIES.TYPES);
    const common = { published: false, serverDrivenKeepAlive: true, matchesByCommand: false };
    profile = { ...common, capabilities, resumes, calls, types };
    OURS.set(key, profile);
  }
  return profile;
}

const VERSION = /^[\w.+-]{1,32}$/;
const VERSIONS_KEPT = 100;
/** One text for all connections of a release. */
const VERSIONS = new Map<string, string>();

/** What a client calls its release; `other` when that is nothing like a version. */
export function versionOf(sdkVersion: string): string {
  const known = VERSIONS.get(sdkVersion);
  if (known !== undefined) return known;
  if (!VERSION.test(sdkVersion)) return 'other';
  if (VERSIONS.size < VERSIONS_KEPT) VERSIONS.set(sdkVersion, sdkVersion);
  return sdkVersion;
}

import type { RtmClient } from 'ar-rtm-sdk';
import { AutoLogin } from './auto-login.js';
import { Channel } from './channel.js';
import type { Release } from './hold.js';
import { Inbox } from './inbox.js';
import { Invitations } from './invitations.js';
import { Presence } from './presence.js';
import { Registry } from './registry.js';
import { Session } from './session.js';
import { UserAttributes } from './user-attributes.js';

/** What the hooks know of one client. All of a page share it, whatever provider they are under. */
export class RtmModel {
  readonly session: Session;
  readonly autoLogin: AutoLogin;
  readonly inbox: Inbox;
  readonly invitations: Invitations;
  readonly presence: Presence;
  readonly channels: Registry<Channel>;
  readonly users: Registry<UserAttributes>;

  constructor(readonly client: RtmClient) {
    const session = new Session(client);
    const inbox = new Inbox(session);
    this.session = session;
    this.autoLogin = new AutoLogin(session);
    this.inbox = inbox;
    this.invitations = new Invitations(session);
    this.presence = new Presence(session);
    this.channels = new Registry((id, forget) => new Channel(session, id, () => inbox.limit, forget));
    this.users = new Registry((id, forget) => new UserAttributes(session, id, forget));
  }

  /** Listens to all that comes without being asked for. */
  take(): Release {
    const releases = [this.session.take(), this.inbox.take(), this.invitations.take()];
    return () => {
      for (const release of releases) release();
    };
  }
}

const models = new WeakMap<RtmClient, RtmModel>();

export function modelOf(client: RtmClient): RtmModel {
  const known = models.get(client);
  if (known) return known;
  const made = new RtmModel(client);
  models.set(client, made);
  return made;
}

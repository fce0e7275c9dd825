import type { Dice } from './dice.js';
import type { AppRecord, AppSession, Invitation } from './history.js';
import type { SimProcess } from './process.js';
import type { ProductClient, ProductInvitation } from './product.js';

const LOCAL = ['ReceivedByPeer', 'Accepted', 'Refused', 'Canceled', 'Failure'];
const REMOTE = ['Accepted', 'Refused', 'Canceled', 'Failure'];
/** What a callee does, by how often; whoever is asked to accept does. */
const ANSWERS = { accept: 5, refuse: 3, ignore: 2 };
export const PLEASE_ACCEPT = 'please accept';

interface Surroundings {
  readonly client: ProductClient;
  readonly record: AppRecord;
  readonly process: SimProcess;
  readonly session: () => AppSession | undefined;
  readonly dice: Dice;
  readonly trace: (text: () => string) => void;
}

/** The invitations of one app: it makes some and cancels some of them, and answers those that it gets. */
export class Invitations {
  constructor(private readonly app: Surroundings) {
    app.client.on('RemoteInvitationReceived', (invitation: ProductInvitation) => this.#answer(invitation));
  }

  invite(to: string, text: string): void {
    const { client, process, dice } = this.app;
    const invitation = client.createLocalInvitation(to);
    invitation.content = text;
    this.#note('Local', invitation, to, text);
    invitation.send();
    if (text.startsWith(PLEASE_ACCEPT) || !dice.happens(0.3)) return;
    process.after(dice.between(0, 8000), () => {
      if (isRunning(invitation)) invitation.cancel?.();
    });
  }

  #answer(invitation: ProductInvitation): void {
    const { process, dice } = this.app;
    const { content } = invitation;
    this.#note('Remote', invitation, invitation.callerId ?? '', content);
    const isAsked = content.startsWith(PLEASE_ACCEPT);
    const what = isAsked ? 'accept' : dice.weighted(ANSWERS);
    if (what === 'ignore') return;
    process.after(isAsked ? 0 : dice.between(0, 8000), () => {
      if (invitation.state !== 'INVITATION_RECEIVED') return;
      invitation.response = `${what} ${content}`;
      invitation[what]?.();
    });
  }

  #note(side: Invitation['side'], invitation: ProductInvitation, other: string, text: string): void {
    const { record, process, trace } = this.app;
    const noted: Invitation = {
      ...{ side, other, text, atMs: process.monotonicMs(), session: this.app.session(), events: [] },
      state: () => invitation.state,
    };
    record.invitations.push(noted);
    trace(() => `${side} invitation "${text}"`);
    for (const name of side === 'Local' ? LOCAL : REMOTE) {
      invitation.on(`${side}Invitation${name}`, (said?: string) => {
        trace(() => `${side} invitation "${text}": ${name} ${said ?? ''}`);
        noted.events.push({ name, said: said ?? '', state: invitation.state });
      });
    }
  }
}

function isRunning({ state }: ProductInvitation): boolean {
  return state === 'SENT_TO_REMOTE' || state === 'RECEIVED_BY_REMOTE';
}

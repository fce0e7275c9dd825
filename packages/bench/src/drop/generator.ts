/** One generator process of the drop test: the clients of some whole groups, each behind a network of its own. */
import { createClient, type DropClient, type Kind } from './clients.js';
import { addFigures, type Figures, Group, noFigures } from './group.js';
import { ClientNetwork } from './network.js';
import { uncaught } from './published.js';

/** What a generator is to do. */
export interface Plan {
  readonly kind: Kind;
  readonly serverPort: number;
  /** Numbers of its groups, and how many members each has. */
  readonly groups: readonly number[];
  readonly size: number;
  /** Messages of each group, and how many a second; the members send in turn. */
  readonly messages: number;
  readonly perSecond: number;
  /** Each client's network is cut this often, for so long; 0: never. */
  readonly cutEveryMs: number;
  readonly cutForMs: number;
}

export type FromGenerator =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly figures: Figures; readonly uncaught: number };

interface Seat {
  readonly group: Group;
  readonly member: number;
  readonly network: ClientNetwork;
  readonly client: DropClient;
}

const LOGINS_AT_ONCE = 20;
const BYTES = 100;
/** How long is waited behind the last message for what is missing. */
const PATIENCE_MS = 30_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** On the clock of the server, which is on this machine. */
const now = (): number => performance.timeOrigin + performance.now();

async function enterAll(plan: Plan, groups: readonly Group[]): Promise<Seat[]> {
  const seats = plan.groups.flatMap((name, index) =>
    Array.from({ length: plan.size }, (_, member) => ({ name, member, group: groups[index] as Group })),
  );
  const taken: Seat[] = [];
  const enter = async (): Promise<void> => {
    for (let seat = seats.shift(); seat; seat = seats.shift()) {
      const { group, member, name } = seat;
      const network = await ClientNetwork.open(plan.serverPort);
      const client = createClient(plan.kind, network.port, {
        onText: (text, acceptedMs) => group.received(member, Number.parseInt(text, 10), now(), acceptedMs),
        onGap: () => void group.gapsTold++,
      });
      await client.enter(`drop-${name}-${member}`, `drop-${name}`);
      taken.push({ group, member, network, client });
    }
  };
  await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, enter));
  return taken;
}

/** Cuts each client's network again and again, all at different times; the last cut ends before `untilMs`. */
async function cutAll(plan: Plan, seats: readonly Seat[], untilMs: number): Promise<void> {
  if (plan.cutEveryMs === 0) return;
  await Promise.all(
    seats.map(async ({ group, member, network }, index) => {
      await sleep((plan.cutEveryMs * (index + Math.random())) / seats.length);
      while (now() + plan.cutForMs < untilMs) {
        const began = now();
        group.cuts++;
        network.cut();
        await sleep(plan.cutForMs);
        network.restore();
        group.restored(member, now());
        await sleep(plan.cutEveryMs - (now() - began));
      }
    }),
  );
}

async function sendAll(plan: Plan, group: Group, members: readonly DropClient[]): Promise<void> {
  const everyMs = 1000 / plan.perSecond;
  await sleep(Math.random() * everyMs);
  const began = now();
  for (let i = 0; i < plan.messages; i++) {
    await sleep(Math.max(0, began + i * everyMs - now()));
    const sender = i % plan.size;
    const number = group.send(sender);
    (members[sender] as DropClient).send(`${number} `.padEnd(BYTES, 'x')).then(
      () => group.told(number, 'accepted', now()),
      (error: unknown) => group.told(number, `code ${(error as { code?: unknown })?.code ?? String(error)}`, now()),
    );
  }
}

async function run(plan: Plan): Promise<void> {
  const groups = plan.groups.map(() => new Group(plan.size));
  const seats = await enterAll(plan, groups);
  tell({ kind: 'ready' });
  await new Promise((resolve) => process.once('message', resolve));
  const endMs = now() + (plan.messages / plan.perSecond) * 1000;
  const membersOf = (group: Group): DropClient[] =>
    seats
      .filter((seat) => seat.group === group)
      .sort((a, b) => a.member - b.member)
      .map(({ client }) => client);
  await Promise.all([cutAll(plan, seats, endMs), ...groups.map((group) => sendAll(plan, group, membersOf(group)))]);
  const giveUpMs = now() + PATIENCE_MS;
  while (!groups.every((group) => group.isComplete) && now() < giveUpMs) await sleep(100);
  // What comes twice comes late.
  await sleep(1000);
  const figures = noFigures();
  for (const group of groups) addFigures(figures, group.figures());
  tell({ kind: 'done', figures, uncaught: uncaught.count });
  await Promise.race([Promise.allSettled(seats.map(({ client }) => client.leave())), sleep(5000)]);
  for (const { network } of seats) network.close();
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}

process.once('message', (plan: Plan) => {
  run(plan).then(
    () => process.disconnect(),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : JSON.stringify(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());

import type { Page, PageRequest, Time } from '../../ports/index.js';

/** Ids looked at in one turn of the event loop: some tenths of a millisecond. */
const IDS_A_TURN = 1000;

/** What is looked through. */
export interface Walk<Found, Item> {
  /** In any order; what comes twice is one. */
  readonly ids: Iterable<readonly [id: string, found: Found]>;
  /** Whether it is one of those that are asked for. */
  isMeant?(found: Found): boolean;
  itemOf(id: string, found: Found): Item;
}

/**
 * Looks through ids, a slice per turn, and answers one page of them in order. At no time are more than the page kept,
 * however many there are.
 */
export async function pageOf<Found, Item>(
  time: Time,
  { search, after, limit, patienceMs }: PageRequest,
  walk: Walk<Found, Item>,
): Promise<Page<Item>> {
  const giveUpMs = time.monotonicMs() + patienceMs;
  const wanted = search.toLowerCase();
  const most = Math.max(1, limit);
  const kept: (readonly [id: string, found: Found])[] = [];
  let isCut = false;
  let left = IDS_A_TURN;
  const page = (isComplete: boolean): Page<Item> => {
    return { items: kept.map(([id, found]) => walk.itemOf(id, found)), more: isCut, isComplete };
  };
  for (const one of walk.ids) {
    const [id, found] = one;
    left -= 1;
    if (left <= 0) {
      if (time.monotonicMs() >= giveUpMs) return page(false);
      await new Promise<void>((resume) => time.nextTurn(resume));
      left = IDS_A_TURN;
    }
    if ((after !== undefined && id <= after) || walk.isMeant?.(found) === false) continue;
    const last = kept[most - 1];
    if (last && id > last[0]) {
      isCut ||= id.toLowerCase().includes(wanted);
      continue;
    }
    if (!id.toLowerCase().includes(wanted)) continue;
    const place = placeOf(kept, id);
    if (kept[place]?.[0] === id) continue;
    kept.splice(place, 0, one);
    if (kept.length > most) {
      kept.pop();
      isCut = true;
    }
  }
  return page(true);
}

/** Where an id stands, or would stand. */
function placeOf(kept: readonly (readonly [id: string, found: unknown])[], id: string): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [other] = kept[middle] as readonly [string, unknown];
    if (other < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

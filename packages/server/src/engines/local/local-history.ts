import type {
  ArchivedMessage,
  Conversation,
  History,
  HistoryPage,
  HistoryQuery,
  RequestKey,
} from '../../ports/index.js';
import type { Core } from './core.js';

interface Target {
  readonly appId: string;
  readonly conversation: Conversation;
  readonly timeoutMs: number;
}

type AppendResult = Awaited<ReturnType<History['append']>>;

const UNKNOWN: AppendResult = { outcome: 'unknown' };

/** {@link History} in the records. An append is one turn, and then written and awaited. */
export class LocalHistory implements History {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  async append(
    target: Target & {
      readonly message: ArchivedMessage;
      readonly ts?: number;
      readonly request?: RequestKey;
      readonly onlyIfKnown?: boolean;
    },
  ): Promise<AppendResult> {
    const core = this.#core;
    core.mustBeOpen();
    const { message, request, timeoutMs, ts = core.outside.time.wallMs() } = target;
    const log = core.histories.open(target.appId, target.conversation);
    if (request && log.requests.isLate(request.session, request.msgId)) {
      const offset = log.requests.find(request.session, request.msgId);
      if (offset === undefined) return UNKNOWN;
      await core.durability.flush(log.again(offset), timeoutMs);
      return { outcome: 'kept', offset };
    }
    if (target.onlyIfKnown) return UNKNOWN;
    const { offset, changes } = log.append(message, ts, request);
    core.outside.counters.add('history_messages_stored');
    await core.durability.flush(changes, timeoutMs);
    return { outcome: 'kept', offset };
  }

  async read(target: Target & { readonly query: HistoryQuery }): Promise<HistoryPage> {
    this.#core.mustBeOpen();
    return this.#core.histories.open(target.appId, target.conversation).read(target.query);
  }
}

import { useSession } from '../hooks/use-session.js';
import { useStayAtEnd } from '../hooks/use-stay-at-end.js';
import type { LogEntry } from '../model/state.js';
import { argumentInWords, timeInWords } from '../model/words.js';

interface EventLogProps {
  readonly entries: readonly LogEntry[];
}

/** Every event of the SDK as it came: when, where, which, with what. */
export function EventLog({ entries }: EventLogProps) {
  const session = useSession();
  const list = useStayAtEnd<HTMLDivElement>(entries.at(-1)?.id);
  return (
    <section className="card events" aria-labelledby="events-title">
      <div className="title">
        <h2 id="events-title">Events</h2>
        <button type="button" onClick={() => session.clearLog()} disabled={entries.length === 0}>
          Clear
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <div className="log" ref={list} tabIndex={0} role="log" aria-label="Events">
        {entries.length === 0 && <p className="hint">No events yet.</p>}
        {entries.map((entry) => (
          <LogLine key={entry.id} entry={entry} />
        ))}
      </div>
    </section>
  );
}

function LogLine({ entry }: { readonly entry: LogEntry }) {
  return (
    <div className="line code">
      <time dateTime={new Date(entry.at).toISOString()}>{timeInWords(entry.at)}</time>
      <span className="source">{entry.source}</span>
      <span className="event">{entry.event}</span>
      <span className="args">{entry.args.map(argumentInWords).join(', ')}</span>
    </div>
  );
}

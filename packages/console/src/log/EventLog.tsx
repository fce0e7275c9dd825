import { Button, Paper, Title } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { useMemo, useState, useSyncExternalStore } from 'react';
import { useStayAtEnd } from '../hooks/use-stay-at-end.js';
import { useWorkspace } from '../hooks/use-workspace.js';
import { useTexts } from '../i18n/language-context.js';
import { CopyCode } from './CopyCode.js';
import { entryInWords } from './entry-words.js';
import { LogFilters } from './LogFilters.js';
import { LogLine } from './LogLine.js';
import { type LogFilter, matching } from './log-state.js';

/** As many lines as are shown at a time: the newest. */
const LINES_SHOWN = 300;

/** Every call of the SDK and every event as they came, and frames on demand: when, who, what, with what. */
export function EventLog() {
  const texts = useTexts();
  const { activity } = useWorkspace();
  const { entries } = useSyncExternalStore(activity.store.subscribe, activity.store.get);
  const [filter, setFilter] = useState<LogFilter>({ kinds: ['call', 'event'], user: '', text: '' });
  const shown = useMemo(
    () => matching(entries, filter, (entry) => entryInWords(entry, texts)).slice(-LINES_SHOWN),
    [entries, filter, texts],
  );
  const list = useStayAtEnd<HTMLDivElement>(shown.at(-1)?.id);
  const users = useMemo(() => [...new Set(entries.map(({ user }) => user))].sort(), [entries]);

  const change = (next: LogFilter) => {
    activity.store.dispatch({ type: 'frames-switched', isOn: next.kinds.includes('frame') });
    setFilter(next);
  };
  return (
    <Paper component="section" className="events" withBorder aria-label={texts.log.heading}>
      <div className="events-head">
        <Title order={2} size="h5">
          {texts.log.heading}
        </Title>
        <LogFilters filter={filter} users={users} change={change} />
        <div className="events-actions">
          <CopyCode entries={shown} />
          <Button
            size="xs"
            variant="default"
            leftSection={<Trash2 size={14} aria-hidden="true" />}
            onClick={() => activity.store.dispatch({ type: 'cleared' })}
            disabled={entries.length === 0}
          >
            {texts.log.clear}
          </Button>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <div className="log" ref={list} tabIndex={0} role="log" aria-label={texts.log.label} aria-live="off">
        {shown.length === 0 && <p className="hint">{entries.length === 0 ? texts.log.empty : texts.log.noMatch}</p>}
        {shown.map((entry) => (
          <LogLine key={entry.id} entry={entry} />
        ))}
      </div>
    </Paper>
  );
}

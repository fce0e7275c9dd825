import { memo } from 'react';
import { useTexts } from '../i18n/language-context.js';
import { timeInWords } from '../model/words.js';
import type { LogEntry } from './entry.js';
import { argumentsInWords, calleeInWords, outcomeInWords } from './entry-words.js';

const FRAME_SHOWN = 400;

interface LogLineProps {
  readonly entry: LogEntry;
}

export const LogLine = memo(function LogLine({ entry }: LogLineProps) {
  return (
    <div className="line code" data-kind={entry.kind}>
      <time dateTime={new Date(entry.at).toISOString()}>{timeInWords(entry.at)}</time>
      <span className="who">{entry.user}</span>
      <span className="what">
        <What entry={entry} />
      </span>
    </div>
  );
});

function What({ entry }: LogLineProps) {
  const texts = useTexts();
  if (entry.kind === 'frame') {
    const { direction, name, content } = entry;
    const isIn = direction === 'in';
    return (
      <>
        <span className="source" role="img" aria-label={isIn ? texts.log.received : texts.log.sent}>
          {isIn ? '⇣' : '⇡'}
        </span>{' '}
        <span className="event">{name}</span>{' '}
        <span className="args">{content.length > FRAME_SHOWN ? `${content.slice(0, FRAME_SHOWN)}…` : content}</span>
      </>
    );
  }
  if (entry.kind === 'event') {
    return (
      <>
        <span className="source">{entry.source}</span> <span className="event">{entry.name}</span>{' '}
        <span className="args">{argumentsInWords(entry.args, texts)}</span>
      </>
    );
  }
  const { outcome, set } = entry;
  const words = outcomeInWords(entry, texts);
  return (
    <>
      <span className="source">{calleeInWords(entry)}</span>
      <span className="event">.{entry.name}</span>
      <span className="args">
        ({argumentsInWords(entry.args, texts)}){Object.keys(set).length > 0 && ` ${argumentsInWords([set], texts)}`}
      </span>{' '}
      <span className="call-outcome" data-state={outcome.state}>
        {outcome.state === 'failed' ? '✗ ' : outcome.state === 'done' ? '✓ ' : ''}
        {words}
      </span>
      {outcome.state !== 'running' && outcome.tookMs > 0 && (
        <span className="took"> {texts.log.took(outcome.tookMs)}</span>
      )}
    </>
  );
}

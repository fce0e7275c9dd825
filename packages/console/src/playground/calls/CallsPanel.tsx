import { Button, TextInput, Title } from '@mantine/core';
import { useInvitation } from 'ar-rtm-react';
import { Phone } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { EmptyNote } from '../../components/EmptyNote.js';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useTexts } from '../../i18n/language-context.js';
import { CallLine } from './CallLine.js';

interface CallsPanelProps {
  /** Who is suggested. */
  readonly callee: string;
}

/** Calls to others and from them. */
export function CallsPanel({ callee: suggested }: CallsPanelProps) {
  const { calls } = useTexts();
  const { outgoing, incoming, invite, cancel, dismiss } = useInvitation();
  const [callee, setCallee] = useState(suggested);
  const [content, setContent] = useState('');
  const [channelId, setChannelId] = useState('');
  const [error, setError] = useState<unknown>();

  const attempt = (work: () => void) => {
    try {
      work();
      setError(undefined);
    } catch (failure) {
      setError(failure);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt(() => invite(callee, { content, channelId }));
  };
  const field = { size: 'sm', autoComplete: 'off', spellCheck: false } as const;
  return (
    <div className="stack">
      <form className="call-form" onSubmit={submit}>
        <TextInput
          {...field}
          label={calls.callee}
          value={callee}
          onChange={({ target }) => setCallee(target.value)}
          autoCapitalize="none"
          required
          withAsterisk={false}
        />
        <TextInput
          {...field}
          label={calls.content}
          placeholder={calls.optional}
          value={content}
          onChange={({ target }) => setContent(target.value)}
        />
        <TextInput
          {...field}
          label={calls.channel}
          placeholder={calls.optional}
          value={channelId}
          onChange={({ target }) => setChannelId(target.value)}
          autoCapitalize="none"
        />
        <Button type="submit" size="sm" leftSection={<Phone size={15} aria-hidden="true" />}>
          {calls.call}
        </Button>
      </form>
      <ErrorNote what={calls.failure} error={error} />
      <Title order={3} size="h6">
        {calls.list}
      </Title>
      {outgoing.length + incoming.length === 0 ? (
        <EmptyNote icon={Phone}>{calls.none}</EmptyNote>
      ) : (
        <ul className="calls" aria-label={calls.list}>
          {[...incoming].reverse().map((one) => (
            <CallLine
              key={`in-${one.id}`}
              title={calls.from(one.callerId)}
              call={one}
              state={calls.incomingStates[one.state]}
              dismiss={() => dismiss(one.id)}
            />
          ))}
          {[...outgoing].reverse().map((one) => (
            <CallLine
              key={`out-${one.id}`}
              title={calls.to(one.calleeId)}
              call={one}
              state={calls.outgoingStates[one.state]}
              dismiss={() => dismiss(one.id)}
              cancel={{ label: calls.cancelOf(one.calleeId), run: () => attempt(() => cancel(one.id)) }}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

import { Button } from '@mantine/core';
import { type RtmIncomingInvitation, useInvitation } from 'ar-rtm-react';
import { PhoneIncoming } from 'lucide-react';
import { useState } from 'react';
import { ErrorNote } from '../../components/ErrorNote.js';
import { useTexts } from '../../i18n/language-context.js';

/** Who is calling now: above all parts, as a telephone rings whatever one does. */
export function IncomingCalls() {
  const { incoming, accept, refuse } = useInvitation();
  const { calls } = useTexts();
  const [error, setError] = useState<unknown>();
  const attempt = (work: () => void) => {
    try {
      work();
      setError(undefined);
    } catch (failure) {
      setError(failure);
    }
  };
  const ringing = incoming.filter(({ isOver }) => !isOver);
  return (
    <div className="ringing" aria-live="assertive">
      {ringing.map((one) => (
        <Ringing
          key={one.id}
          call={one}
          accept={() => attempt(() => accept(one.id))}
          refuse={() => attempt(() => refuse(one.id))}
        />
      ))}
      <ErrorNote what={calls.actionFailure} error={error} />
    </div>
  );
}

interface RingingProps {
  readonly call: RtmIncomingInvitation;
  accept(): void;
  refuse(): void;
}

function Ringing({ call, accept, refuse }: RingingProps) {
  const { calls } = useTexts();
  const { callerId, content, channelId, state } = call;
  const isWaiting = state !== 'INVITATION_RECEIVED';
  return (
    <div className="ring">
      <PhoneIncoming className="ring-icon" size={20} aria-hidden="true" />
      <div className="grow">
        <strong>{calls.incoming(callerId)}</strong>
        {content !== '' && <p className="text">“{content}”</p>}
        {channelId !== '' && <p className="note">{calls.meet(channelId)}</p>}
        {isWaiting && <p className="note">{calls.incomingStates[state]}</p>}
      </div>
      <div className="ring-actions">
        <Button size="xs" color="teal.9" aria-label={calls.acceptOf(callerId)} onClick={accept} disabled={isWaiting}>
          {calls.accept}
        </Button>
        <Button
          size="xs"
          color="red"
          variant="light"
          aria-label={calls.refuseOf(callerId)}
          onClick={refuse}
          disabled={isWaiting}
        >
          {calls.refuse}
        </Button>
      </div>
    </div>
  );
}

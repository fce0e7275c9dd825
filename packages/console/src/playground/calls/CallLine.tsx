import { ActionIcon, Badge, Button } from '@mantine/core';
import type { RtmIncomingInvitation, RtmOutgoingInvitation } from 'ar-rtm-react';
import { X } from 'lucide-react';
import { useTexts } from '../../i18n/language-context.js';

interface CallLineProps {
  readonly title: string;
  readonly call: RtmOutgoingInvitation | RtmIncomingInvitation;
  /** In words. */
  readonly state: string;
  dismiss(): void;
  /** Of calls of ours. */
  readonly cancel?: { readonly label: string; run(): void };
}

/** One call: how it stands, and what was said on both sides. */
export function CallLine({ title, call, state, dismiss, cancel }: CallLineProps) {
  const { calls } = useTexts();
  const { content, channelId, response, isOver, failureReason } = call;
  const outcome = failureReason ? calls.failed(calls.failures[failureReason]) : state;
  return (
    <li className="call">
      <div className="call-facts">
        <strong>{title}</strong>
        <Badge size="sm" variant="light" color={colorOf(call)}>
          {call.state}
        </Badge>
        <output className="note">{outcome}</output>
        {content !== '' && <p className="text">“{content}”</p>}
        {channelId !== '' && <p className="note">{calls.meet(channelId)}</p>}
        {response !== '' && <p className="text">→ “{response}”</p>}
      </div>
      {isOver ? (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`${calls.dismiss}: ${title}`}
          title={calls.dismiss}
          onClick={dismiss}
        >
          <X size={14} aria-hidden="true" />
        </ActionIcon>
      ) : (
        cancel && (
          <Button size="compact-xs" color="red" variant="light" aria-label={cancel.label} onClick={cancel.run}>
            {calls.cancel}
          </Button>
        )
      )}
    </li>
  );
}

function colorOf({ state }: CallLineProps['call']): string {
  if (state === 'ACCEPTED' || state === 'ACCEPTED_BY_REMOTE') return 'teal';
  if (state === 'FAILURE' || state === 'REFUSED' || state === 'REFUSED_BY_REMOTE') return 'red';
  return state === 'CANCELED' ? 'gray' : 'blue';
}

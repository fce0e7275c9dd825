import { ActionIcon, Button } from '@mantine/core';
import type { RtmStatusCode } from 'ar-rtm-sdk';
import { EyeOff } from 'lucide-react';
import { useId, useState } from 'react';
import { useTexts } from '../../i18n/language-context.js';
import { UserAttributes } from './UserAttributes.js';

interface WatchedUserProps {
  readonly uid: string;
  /** Absent while it is not known. */
  readonly status: RtmStatusCode.PeerOnlineState | undefined;
  unwatch(): void;
}

/** One user: there or not, with the attributes on demand. */
export function WatchedUser({ uid, status, unwatch }: WatchedUserProps) {
  const { people } = useTexts();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="watched-user">
      <div className="watched-line">
        <span className="dot" data-status={status} aria-hidden="true" />
        <strong>{uid}</strong>
        <output className="note">{status ? people.states[status] : people.unknown}</output>
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {people.attributesOf(uid)}
        </Button>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={people.unwatch(uid)}
          title={people.unwatch(uid)}
          onClick={unwatch}
        >
          <EyeOff size={14} aria-hidden="true" />
        </ActionIcon>
      </div>
      <div id={id}>{isOpen && <UserAttributes uid={uid} />}</div>
    </li>
  );
}

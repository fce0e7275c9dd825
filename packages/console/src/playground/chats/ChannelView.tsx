import { Button, Collapse } from '@mantine/core';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useId, useState } from 'react';
import { AttributeEditor } from '../../components/AttributeEditor.js';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import type { ChannelChat } from '../../model/state.js';
import { ChatFrame } from './ChatFrame.js';
import { MemberList } from './MemberList.js';

interface ChannelViewProps {
  readonly channel: ChannelChat;
  leave(): void;
}

export function ChannelView({ channel, leave }: ChannelViewProps) {
  const { channels } = useTexts();
  const session = useSession();
  const details = useId();
  const [isOpen, setOpen] = useState(false);
  const { id, members, attributes } = channel;
  const shown = Object.entries(attributes).map(([key, { value, lastUpdateUserId }]) => ({
    key,
    value,
    by: lastUpdateUserId,
  }));
  const Chevron = isOpen ? ChevronUp : ChevronDown;
  return (
    <ChatFrame
      kind="channels"
      chat={channel}
      label={channels.messages(id)}
      actions={
        <Button size="compact-xs" variant="default" onClick={leave}>
          {channels.leave(id)}
        </Button>
      }
    >
      <div className="channel-facts">
        <MemberList members={members} />
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={isOpen}
          aria-controls={details}
          rightSection={<Chevron size={14} aria-hidden="true" />}
          onClick={() => setOpen(!isOpen)}
        >
          {channels.attributes} ({shown.length})
        </Button>
        <Collapse expanded={isOpen} id={details}>
          <AttributeEditor
            label={channels.attributes}
            attributes={shown}
            set={(key, value) => session.updateChannelAttributes(id, { [key]: value })}
            remove={(keys) => session.deleteChannelAttributes(id, keys)}
          />
        </Collapse>
      </div>
    </ChatFrame>
  );
}

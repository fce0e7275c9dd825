import { Text } from '@mantine/core';
import { UsersRound } from 'lucide-react';
import { useState } from 'react';
import { EmptyNote } from '../../components/EmptyNote.js';
import { ErrorNote } from '../../components/ErrorNote.js';
import { IdForm } from '../../components/IdForm.js';
import { useAction } from '../../hooks/use-action.js';
import { useSession } from '../../hooks/use-session.js';
import { useTexts } from '../../i18n/language-context.js';
import type { ChannelChat } from '../../model/state.js';
import { ChannelView } from './ChannelView.js';
import { ChatList } from './ChatList.js';

interface ChannelsPanelProps {
  readonly channels: readonly ChannelChat[];
  readonly selected: string | undefined;
}

export function ChannelsPanel({ channels, selected }: ChannelsPanelProps) {
  const { channels: words } = useTexts();
  const session = useSession();
  const leave = useAction((id: string) => session.leave(id));
  const [counted, setCounted] = useState<{ readonly id: string; readonly count: number }>();
  const count = async (id: string) => setCounted({ id, count: await session.countMembers(id) });
  const channel = channels.find(({ id }) => id === selected);
  return (
    <div className="chats-panel">
      <div className="chats-side">
        <IdForm
          label={words.field}
          submit={{ button: words.join, failure: words.joinFailure, run: (id) => session.join(id) }}
          other={{ button: words.count, failure: words.countFailure, run: count }}
        />
        <output>
          {counted && (
            <Text size="sm" c="dimmed">
              {words.counted(counted.id, counted.count)}
            </Text>
          )}
        </output>
        <ErrorNote what={words.leaveFailure} error={leave.error} />
        <ChatList
          kind="channels"
          chats={channels}
          selected={selected}
          note={({ memberCount }) => words.memberCount(memberCount)}
        />
      </div>
      {channel ? (
        <ChannelView key={channel.id} channel={channel} leave={() => void leave.run(channel.id)} />
      ) : (
        <EmptyNote icon={UsersRound}>{words.none}</EmptyNote>
      )}
    </div>
  );
}

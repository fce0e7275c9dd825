import { Tabs } from '@mantine/core';
import { useInvitation } from 'ar-rtm-react';
import { type LucideIcon, MessageCircle, Phone, Plug, UserRound, UsersRound } from 'lucide-react';
import { type ReactNode, useState, useSyncExternalStore } from 'react';
import { useConsoleState, useSession } from '../hooks/use-session.js';
import { useTexts } from '../i18n/language-context.js';
import type { Chat } from '../model/state.js';
import { CallsPanel } from './calls/CallsPanel.js';
import { IncomingCalls } from './calls/IncomingCalls.js';
import { ChannelsPanel } from './chats/ChannelsPanel.js';
import { PeersPanel } from './chats/PeersPanel.js';
import { ConnectionPanel } from './connection/ConnectionPanel.js';
import { CutNote } from './connection/CutNote.js';
import { PeoplePanel } from './people/PeoplePanel.js';

type Part = 'peers' | 'channels' | 'calls' | 'people' | 'connection';

const ICONS: Readonly<Record<Part, LucideIcon>> = {
  peers: MessageCircle,
  channels: UsersRound,
  calls: Phone,
  people: UserRound,
  connection: Plug,
};

const unreadOf = (chats: readonly Chat[]) => chats.reduce((sum, { unread }) => sum + unread, 0);

/** What a logged-in user can do, a part at a time; the others go on, unseen. */
export default function UserTabs() {
  const texts = useTexts();
  const session = useSession();
  const { peers, channels, selectedPeer, selectedChannel } = useConsoleState();
  const { incoming } = useInvitation();
  const isCut = useSyncExternalStore(session.line.cut.subscribe, session.line.cut.get);
  const [part, setPart] = useState<Part>('peers');
  const [callee, setCallee] = useState('');

  const call = (id: string) => {
    setCallee(id);
    setPart('calls');
  };
  const news: Partial<Record<Part, number>> = {
    peers: unreadOf(peers),
    channels: unreadOf(channels),
    calls: incoming.filter(({ state }) => state === 'INVITATION_RECEIVED').length,
  };
  const panels: Readonly<Record<Part, ReactNode>> = {
    peers: <PeersPanel peers={peers} selected={selectedPeer} call={call} />,
    channels: <ChannelsPanel channels={channels} selected={selectedChannel} />,
    calls: <CallsPanel key={callee} callee={callee} />,
    people: <PeoplePanel />,
    connection: <ConnectionPanel isCut={isCut} />,
  };
  return (
    <>
      {isCut && <CutNote />}
      <IncomingCalls />
      <Tabs
        className="parts"
        value={part}
        onChange={(value) => setPart(value as Part)}
        keepMountedMode="display-none"
        variant="default"
      >
        <Tabs.List aria-label={texts.session.parts} grow>
          {(Object.keys(ICONS) as Part[]).map((one) => {
            const Icon = ICONS[one];
            return (
              <Tabs.Tab key={one} value={one} className="part">
                <span className="part-icon">
                  <Icon size={18} aria-hidden="true" />
                  {(news[one] ?? 0) > 0 && <span className="part-news">{news[one]}</span>}
                </span>
                <span>{texts.tabs[one]}</span>
              </Tabs.Tab>
            );
          })}
        </Tabs.List>
        {(Object.keys(panels) as Part[]).map((one) => (
          <Tabs.Panel key={one} value={one} className="panel" tabIndex={-1}>
            {panels[one]}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

import { ChannelsPanel } from './components/ChannelsPanel.js';
import { ConnectionBar } from './components/ConnectionBar.js';
import { EventLog } from './components/EventLog.js';
import { LoginForm } from './components/LoginForm.js';
import { PeersPanel } from './components/PeersPanel.js';
import { useNoStrayDrops } from './hooks/use-no-stray-drops.js';
import { useConsoleState } from './hooks/use-session.js';

export function App() {
  const { connection, uid, peers, channels, selectedPeer, selectedChannel, log } = useConsoleState();
  useNoStrayDrops();
  const isLoggedIn = connection.state === 'CONNECTED' || connection.state === 'RECONNECTING';
  return (
    <>
      <ConnectionBar connection={connection} uid={isLoggedIn ? uid : undefined} />
      <main>
        {isLoggedIn ? (
          <div className="panels">
            <PeersPanel peers={peers} selected={selectedPeer} />
            <ChannelsPanel channels={channels} selected={selectedChannel} />
          </div>
        ) : (
          <LoginForm />
        )}
        <EventLog entries={log} />
      </main>
    </>
  );
}

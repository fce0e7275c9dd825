/** A group chat with React: members, live messages, and what was said before. */
import { RtmProvider, useChannel, useRtm } from 'ar-rtm-react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

// Any 32 letters and digits, as long as the server has no `apps` configured.
const APP_ID = '0123456789abcdef0123456789abcdef';
const CHANNEL = 'tea kitchen';

function App() {
  const [uid, setUid] = useState('');
  if (uid) {
    return (
      <RtmProvider appId={APP_ID} login={{ uid }}>
        <Room />
      </RtmProvider>
    );
  }
  return (
    <form action={(data) => setUid(String(data.get('uid')))}>
      <input name="uid" aria-label="Your user ID" placeholder="Your user ID" required />
      <button type="submit">Join</button>
    </form>
  );
}

function Room() {
  const { connectionState, error, uid } = useRtm();
  const { status, members, messages, sendMessage } = useChannel(CHANNEL);
  const { earlier, failure: historyFailure } = useHistory(status === 'JOINED');
  const [failure, setFailure] = useState('');

  const send = async (data) => {
    try {
      // Archived, so that those who come later can read it too.
      await sendMessage(String(data.get('text')), { enableHistoricalMessaging: true });
      setFailure('');
    } catch (reason) {
      setFailure(reason.message);
    }
  };

  // What came while the history was on its way is in both.
  const live = new Set(messages.map(({ senderId, timestamp }) => `${timestamp} ${senderId}`));
  const before =
    earlier?.filter(({ senderId, serverReceivedTs }) => !live.has(`${serverReceivedTs} ${senderId}`)) ?? [];

  return (
    <>
      <h1>{CHANNEL}</h1>
      <p role="status">{error ? error.message : `${uid}: ${connectionState}`}</p>
      <p>Here: {members.join(', ')}</p>
      <ol aria-label="Messages">
        {before.map(({ offset, senderId, message }) => (
          <Line key={`before ${offset}`} senderId={senderId} message={message} />
        ))}
        {messages.map(({ id, senderId, message }) => (
          <Line key={id} senderId={senderId} message={message} />
        ))}
      </ol>
      <form action={send}>
        <input name="text" aria-label="Message" autoComplete="off" required />
        <button type="submit" disabled={status !== 'JOINED' || !earlier}>
          Send
        </button>
      </form>
      <p role="alert">{failure || historyFailure}</p>
    </>
  );
}

function Line({ senderId, message }) {
  return (
    <li>
      {senderId}: {message.text ?? `(${message.messageType})`}
    </li>
  );
}

/** The newest 100 messages from before this user came, once; live ones follow by `useChannel`. */
function useHistory(isJoined) {
  const { client } = useRtm();
  const [{ earlier, failure }, setHistory] = useState({ earlier: undefined, failure: '' });
  useEffect(() => {
    if (!isJoined || earlier) return undefined;
    let isCurrent = true;
    // The hooks have joined this object; only members may read a channel's history.
    client.channels[CHANNEL].channel.getHistory({ order: 'desc' }).then(
      ({ messages }) => isCurrent && setHistory({ earlier: messages.reverse(), failure: '' }),
      (error) => isCurrent && setHistory({ earlier: [], failure: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [client, isJoined, earlier]);
  return { earlier, failure };
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

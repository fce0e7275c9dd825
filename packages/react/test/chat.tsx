import { RtmProvider, useChannel, usePresence, useRtm } from 'ar-rtm-react';
import { useState } from 'react';

const APP_ID = '0123456789abcdef0123456789abcdef';
const config = { confPriCloudAddr: { ServerAdd: '127.0.0.1', Port: 9080, Wss: false } };

export function Chat({ uid, channelId }: { uid: string; channelId: string }) {
  return (
    <RtmProvider appId={APP_ID} config={config} login={{ uid }}>
      <Status />
      <Room channelId={channelId} />
    </RtmProvider>
  );
}

function Status() {
  const { connectionState, error, uid } = useRtm();
  if (error) return <p role="alert">{error.message}</p>;
  if (connectionState === 'ABORTED') return <p role="alert">Logged in elsewhere.</p>;
  return <p>{uid ? `${uid}: ${connectionState}` : 'Logging in'}</p>;
}

function Room({ channelId }: { channelId: string }) {
  const { status, members, messages, sendMessage } = useChannel(channelId);
  const { statuses } = usePresence(members);
  const [text, setText] = useState('');
  const [failure, setFailure] = useState('');

  const send = async () => {
    try {
      await sendMessage(text);
      setText('');
      setFailure('');
    } catch (error) {
      setFailure(String(error));
    }
  };

  return (
    <section>
      <h1>
        {channelId}: {status}
      </h1>
      <ul aria-label="Members">
        {members.map((id) => (
          <li key={id}>
            {id} {statuses[id]}
          </li>
        ))}
      </ul>
      <ol aria-label="Messages">
        {messages.map(({ id, senderId, message }) => (
          <li key={id}>
            {senderId}: {message.text}
          </li>
        ))}
      </ol>
      <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="button" disabled={status !== 'JOINED'} onClick={() => void send()}>
        Send
      </button>
      <p role="alert">{failure}</p>
    </section>
  );
}

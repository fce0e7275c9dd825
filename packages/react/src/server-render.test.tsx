/** Rendered on a server: there is no page, and nothing begins. */
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import {
  RtmProvider,
  useChannel,
  useConnectionState,
  useInvitation,
  useMediaMessage,
  usePeerMessages,
  usePresence,
  useRtm,
  useUserAttributes,
} from './index.js';

test('every hook tells its first state', () => {
  expect(typeof window).toBe('undefined');
  const Page = () => {
    const states = [
      useRtm().uid,
      useConnectionState().state,
      useChannel('room').status,
      usePeerMessages('ben').messages,
      usePresence(['ben']).statuses,
      useInvitation().incoming,
      useUserAttributes().attributes,
      useMediaMessage().status,
    ];
    return <p>{JSON.stringify(states).replaceAll('"', '')}</p>;
  };
  const html = renderToString(
    <RtmProvider appId="0123456789abcdef0123456789abcdef" login={{ uid: 'ann' }}>
      <Page />
    </RtmProvider>,
  );
  expect(html).toBe('<p>[,DISCONNECTED,IDLE,[],{},[],{},IDLE]</p>');
});

import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import { APP_ID, act, openStage, render, renderHook, screen, waitFor } from '../test/stage.js';
import { RtmProvider, type RtmSession, usePeerMessages, useRtm } from './index.js';

const stage = openStage();

const texts = (messages: readonly { message: { text?: unknown } }[]) => messages.map(({ message }) => message.text);

const useBoth = () => ({ rtm: useRtm(), all: usePeerMessages(), ben: usePeerMessages('ben') });

test('messages of one peer, and of all, own ones included', async () => {
  const [ben, cleo] = [await stage.user('ben'), await stage.user('cleo')];
  const { result } = stage.hookAs('ann', useBoth);
  await waitFor(() => expect(result.current.rtm.isLoggedIn).toBe(true));
  await ben.sendMessageToPeer({ text: 'from ben' }, 'ann');
  await cleo.sendMessageToPeer({ text: 'from cleo' }, 'ann');
  await waitFor(() => expect(texts(result.current.all.messages)).toEqual(['from ben', 'from cleo']));
  await act(async () => {
    expect(await result.current.ben.send('to ben', 'ben')).toEqual({ hasPeerReceived: true });
    expect(await result.current.ben.send('to nobody', 'nobody')).toEqual({ hasPeerReceived: false });
  });
  expect(result.current.ben.messages).toMatchObject([
    { message: { text: 'from ben' }, senderId: 'ben', peerId: 'ben', isOwn: false },
    { message: { text: 'to ben' }, senderId: 'ann', peerId: 'ben', isOwn: true, hasPeerReceived: true },
  ]);
  expect(texts(result.current.all.messages)).toEqual(['from ben', 'from cleo', 'to ben', 'to nobody']);
  await expect(result.current.ben.send('', 'ben')).rejects.toMatchObject({ code: 7 });
  act(() => result.current.ben.clear());
  expect(texts(result.current.all.messages)).toEqual(['from cleo', 'to nobody']);
  act(() => result.current.all.clear());
  expect(result.current.all.messages).toEqual([]);
});

test('stored messages come with the login, before anybody looks; a logout forgets them', async () => {
  const ben = await stage.user('ben');
  for (const text of ['1', '2']) await ben.sendMessageToPeer({ text }, 'ann', { enableOfflineMessaging: true });
  let rtm: RtmSession | undefined;
  const Page = stage.as('ann');
  const Session = () => {
    rtm = useRtm();
    return <p>{rtm.uid}</p>;
  };
  const Messages = () => (
    <ul>
      {usePeerMessages('ben').messages.map(({ id, message, isOffline }) => (
        <li key={id}>{`${message.text} ${isOffline}`}</li>
      ))}
    </ul>
  );
  const page = (more?: ReactNode) => (
    <Page>
      <Session />
      {more}
    </Page>
  );
  const { rerender } = render(page());
  await screen.findByText('ann');
  // Behind the stored ones, in the order of the inbox.
  const heard = new Promise<void>((resolve) => {
    rtm?.client.on('MessageFromPeer', ({ text }) => text === 'last' && resolve());
  });
  await ben.sendMessageToPeer({ text: 'last' }, 'ann');
  await heard;
  rerender(page(<Messages />));
  const items = () => screen.queryAllByRole('listitem').map(({ textContent }) => textContent);
  expect(items()).toEqual(['1 true', '2 true', 'last false']);
  await act(async () => rtm?.logout());
  expect(items()).toEqual([]);
});

test('each list keeps the newest', async () => {
  const [ben, cleo] = [await stage.user('ben'), await stage.user('cleo')];
  const [config, login] = [stage.config(), { uid: 'ann' }];
  const { result } = renderHook(useBoth, {
    wrapper: ({ children }) => (
      <RtmProvider appId={APP_ID} config={config} login={login} messageLimit={2}>
        {children}
      </RtmProvider>
    ),
  });
  await waitFor(() => expect(result.current.rtm.isLoggedIn).toBe(true));
  for (const text of ['1', '2', '3']) await ben.sendMessageToPeer({ text }, 'ann');
  await cleo.sendMessageToPeer({ text: '4' }, 'ann');
  await waitFor(() => expect(texts(result.current.all.messages)).toEqual(['3', '4']));
  expect(texts(result.current.ben.messages)).toEqual(['2', '3']);
});

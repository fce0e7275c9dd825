import { RtmChannel, type RtmClient } from 'ar-rtm-sdk';
import { useState } from 'react';
import { describe, expect, test, vi } from 'vitest';
import { APP_ID, act, openStage, render, renderHook, screen, turn, waitFor } from '../test/stage.js';
import { RtmProvider, useChannel, useRtm } from './index.js';

const stage = openStage();

const texts = (messages: readonly { message: { text?: unknown } }[]) => messages.map(({ message }) => message.text);

/** A channel as a user sees it, when it has been joined. */
async function joined(uid: string, channelId = 'room') {
  const hook = stage.hookAs(uid, () => ({ rtm: useRtm(), channel: useChannel(channelId) }));
  await waitFor(() => expect(hook.result.current.channel.status).toBe('JOINED'));
  return hook;
}

describe('membership', () => {
  test('joined once by the mount, left by the last unmount, in StrictMode and shared', async () => {
    const [join, leave] = [vi.spyOn(RtmChannel.prototype, 'join'), vi.spyOn(RtmChannel.prototype, 'leave')];
    const Status = ({ name }: { name: string }) => <p>{`${name} ${useChannel('room').status}`}</p>;
    const Wrapper = stage.as('ann');
    const page = (...names: string[]) => (
      <Wrapper>
        {names.map((name) => (
          <Status key={name} name={name} />
        ))}
      </Wrapper>
    );
    const { rerender } = render(page('a', 'b'));
    await screen.findByText('a JOINED');
    await screen.findByText('b JOINED');
    // One goes, one comes, all are others: somebody is always there.
    rerender(page('b'));
    rerender(page('c'));
    rerender(page('d', 'e'));
    await turn();
    expect([join.mock.calls.length, leave.mock.calls.length]).toEqual([1, 0]);
    await screen.findByText('d JOINED');
    rerender(page());
    await waitFor(() => expect(leave).toHaveBeenCalledTimes(1));
    await leave.mock.results[0]?.value;
    const watcher = await stage.user('watcher');
    expect(await watcher.getChannelMemberCount(['room'])).toEqual({ room: 0 });
  });

  test('a component that goes while it joins leaves nothing behind', async () => {
    const join = vi.spyOn(RtmChannel.prototype, 'join');
    const client = await stage.user('ann');
    const { unmount } = renderHook(() => useChannel('room'), { wrapper: stage.over(client) });
    expect(join).toHaveBeenCalledTimes(1);
    unmount();
    await join.mock.results[0]?.value;
    await waitFor(() => expect(client.channels.room?.channel.listenerCount('ChannelMessage')).toBe(0));
    expect(client.channels.room?.joined).toBe(false);
    const watcher = await stage.user('watcher');
    await expect.poll(() => watcher.getChannelMemberCount(['room']).catch(() => null)).toEqual({ room: 0 });
  });

  test('components that come and go faster than the SDK joins end as they are last', async () => {
    const client = await stage.user('ann');
    const Status = () => <p>{useChannel('room').status}</p>;
    const Page = stage.over(client);
    const { rerender } = render(<Page />);
    for (let round = 0; round < 3; round++) {
      rerender(
        <Page>
          <Status />
        </Page>,
      );
      await screen.findByText('JOINED');
      rerender(<Page />);
      await waitFor(() => expect(client.channels.room?.joined).toBe(false));
    }
  });

  test('another id is another channel', async () => {
    const { result, rerender } = stage.hookAs('ann', ({ id }) => useChannel(id), { id: 'one' as string | undefined });
    await waitFor(() => expect(result.current.status).toBe('JOINED'));
    rerender({ id: 'two' });
    expect(result.current).toMatchObject({ status: 'JOINING', messages: [] });
    await waitFor(() => expect(result.current.status).toBe('JOINED'));
    rerender({ id: undefined });
    expect(result.current.status).toBe('IDLE');
    const watcher = await stage.user('watcher');
    await waitFor(async () =>
      expect(await watcher.getChannelMemberCount(['one', 'two']).catch(() => null)).toEqual({ one: 0, two: 0 }),
    );
  });

  test('an id that is not valid is a failure; a retry is another attempt', async () => {
    const { result } = stage.hookAs('ann', () => useChannel('x'.repeat(65)));
    await waitFor(() => expect(result.current.status).toBe('FAILED'));
    expect(result.current.error).toMatchObject({ name: 'RtmInvalidArgumentError' });
    act(() => result.current.retry());
    await waitFor(() => expect(result.current.status).toBe('FAILED'));
    await expect(result.current.sendMessage('hello')).rejects.toMatchObject({ name: 'RtmInvalidArgumentError' });
  });

  test('it follows the session: logout, another login, a cut', async () => {
    const { result } = await joined('ann');
    await act(() => result.current.rtm.logout());
    expect(result.current.channel).toMatchObject({ status: 'IDLE', members: [], memberCount: 0 });
    await act(() => result.current.rtm.login({ uid: 'cleo' }));
    await waitFor(() => expect(result.current.channel.members).toEqual(['cleo']));
    // The other server knows neither the session nor the channel: the SDK joins again, and the members are asked for.
    const ben = stage.client();
    await stage.restart(async () => {
      await waitFor(() => expect(result.current.rtm.connectionState).toBe('RECONNECTING'));
    });
    await ben.login({ uid: 'ben' });
    await ben.createChannel('room').join();
    await waitFor(() => expect([...result.current.channel.members].sort()).toEqual(['ben', 'cleo']));
    expect(result.current.channel.status).toBe('JOINED');
  });

  test('a session that ends elsewhere ends the membership', async () => {
    const { result } = await joined('ann');
    await stage.user('ann');
    await waitFor(() => expect(result.current.channel.status).toBe('IDLE'));
  });

  test('another client joins anew; the one before leaves', async () => {
    const [ann, ben] = [await stage.user('ann'), await stage.user('ben')];
    let change: (client: RtmClient) => void = () => undefined;
    const Members = () => <p>{useChannel('room').members.join()}</p>;
    const Page = () => {
      const [client, setClient] = useState(ann);
      change = setClient;
      return (
        <RtmProvider client={client}>
          <Members />
        </RtmProvider>
      );
    };
    render(<Page />);
    await screen.findByText('ann');
    act(() => change(ben));
    await screen.findByText('ben');
    expect(ann.channels.room?.joined).toBe(false);
  });
});

describe('what happens in it', () => {
  test('messages of others and own ones, in order', async () => {
    const [{ result: ann }, { result: ben }] = [await joined('ann'), await joined('ben')];
    await act(() => ann.current.channel.sendMessage('one'));
    await waitFor(() => expect(texts(ben.current.channel.messages)).toEqual(['one']));
    await act(() => ben.current.channel.sendMessage({ rawMessage: new Uint8Array([1]), description: 'bytes' }));
    await waitFor(() => expect(ann.current.channel.messages).toHaveLength(2));
    expect(ann.current.channel.messages).toMatchObject([
      { message: { text: 'one' }, senderId: 'ann', isOwn: true },
      { message: { messageType: 'RAW', description: 'bytes' }, senderId: 'ben', isOwn: false },
    ]);
    expect(new Set(ann.current.channel.messages.map(({ id }) => id)).size).toBe(2);
    await expect(ann.current.channel.sendMessage('')).rejects.toMatchObject({ code: 4 });
    expect(ann.current.channel.messages).toHaveLength(2);
  });

  test('the list keeps the newest', async () => {
    const [config, login] = [stage.config(), { uid: 'ann' }];
    const { result } = renderHook(() => useChannel('room'), {
      wrapper: ({ children }) => (
        <RtmProvider appId={APP_ID} config={config} login={login} messageLimit={3}>
          {children}
        </RtmProvider>
      ),
    });
    await waitFor(() => expect(result.current.status).toBe('JOINED'));
    for (const text of ['1', '2', '3', '4', '5']) await act(() => result.current.sendMessage(text));
    expect(texts(result.current.messages)).toEqual(['3', '4', '5']);
  });

  test('members come and go', async () => {
    const { result } = await joined('ann');
    const ben = await stage.user('ben');
    const room = ben.createChannel('room');
    await room.join();
    await waitFor(() => expect([...result.current.channel.members].sort()).toEqual(['ann', 'ben']));
    await waitFor(() => expect(result.current.channel.memberCount).toBe(2));
    await room.leave();
    await waitFor(() => expect(result.current.channel.members).toEqual(['ann']));
    await waitFor(() => expect(result.current.channel.memberCount).toBe(1));
  });

  test('attributes: those that are there, and every change', async () => {
    const ben = await stage.user('ben');
    await ben.setChannelAttributes('room', { topic: 'tea' });
    const { result } = await joined('ann');
    await waitFor(() => expect(result.current.channel.attributes).toMatchObject({ topic: { value: 'tea' } }));
    await act(() => result.current.channel.updateAttributes({ topic: 'coffee', place: 'here' }));
    await waitFor(() => expect(result.current.channel.attributes).toMatchObject({ topic: { value: 'coffee' } }));
    await act(() => result.current.channel.deleteAttributes(['topic']));
    await waitFor(() => expect(Object.keys(result.current.channel.attributes)).toEqual(['place']));
  });

  test('many channels at once, above the frequency limits of their lists', async () => {
    const ids = Array.from({ length: 12 }, (_, i) => `room ${i}`);
    const Members = ({ id }: { id: string }) => <i>{useChannel(id).members.join() || 'nobody'}</i>;
    const Page = stage.as('ann');
    render(
      <Page>
        {ids.map((id) => (
          <Members key={id} id={id} />
        ))}
      </Page>,
    );
    await waitFor(() => expect(screen.getAllByText('ann')).toHaveLength(ids.length));
  });
});

import { RtmTokenBuilder } from 'agora-token';
import { RtmClient } from 'ar-rtm-sdk';
import { Activity, useState } from 'react';
import { describe, expect, test, vi } from 'vitest';
import { APP_ID, act, listenersOf, openStage, render, renderHook, screen, turn, waitFor } from '../test/stage.js';
import { RtmProvider, useConnectionState, useRtm, useRtmClient } from './index.js';

const CERTIFICATE = 'b7e35d9042ac4f118d6e0f5a71c2984d';
const tokenFor = (uid: string, leftS: number) => RtmTokenBuilder.buildToken(APP_ID, CERTIFICATE, uid, leftS);

const stage = openStage();

describe('login by option', () => {
  test('one login and one logout, in StrictMode too', async () => {
    const [logIn, logOut] = [vi.spyOn(RtmClient.prototype, 'login'), vi.spyOn(RtmClient.prototype, 'logout')];
    const { result, unmount } = stage.hookAs('ann', useRtm);
    expect(result.current).toMatchObject({ connectionState: 'DISCONNECTED', uid: '', isLoggedIn: false });
    await waitFor(() => expect(result.current).toMatchObject({ uid: 'ann', isLoggedIn: true, isBusy: false }));
    expect(result.current).toMatchObject({ connectionState: 'CONNECTED', reason: 'LOGIN_SUCCESS', error: undefined });
    const { client } = result.current;
    unmount();
    await waitFor(() => expect(client.uid).toBe(''));
    expect([logIn.mock.calls.length, logOut.mock.calls.length, stage.server.count('logins')]).toEqual([1, 1, 1]);
    expect(listenersOf(client)).toBe(0);
  });

  test('another user takes the place; what was named in between is left out', async () => {
    const config = stage.config();
    const { result, rerender } = renderHook(({ uid }) => useRtmClient({ appId: APP_ID, config, login: { uid } }), {
      initialProps: { uid: 'ann' },
    });
    await waitFor(() => expect(result.current.uid).toBe('ann'));
    rerender({ uid: 'ben' });
    rerender({ uid: 'cleo' });
    await waitFor(() => expect(result.current.uid).toBe('cleo'));
    expect(stage.server.count('logins')).toBe(2);
    expect(result.current.error).toBeUndefined();
  });

  test('a page that goes while it logs in ends the attempt', async () => {
    const logIn = vi.spyOn(RtmClient.prototype, 'login');
    const { result, unmount } = stage.hookAs('ann', useRtm);
    await turn();
    expect(logIn).toHaveBeenCalledTimes(1);
    unmount();
    await expect(logIn.mock.results[0]?.value).rejects.toMatchObject({ code: 10 });
    expect(result.current.client.uid).toBe('');
  });

  test('a page that goes in the turn in which it came does nothing', async () => {
    const logIn = vi.spyOn(RtmClient.prototype, 'login');
    stage.hookAs('ann', useRtm).unmount();
    await turn();
    expect(logIn).not.toHaveBeenCalled();
  });

  test('more logins than the SDK takes in a second wait for their turn', async () => {
    const config = stage.config();
    const { result, rerender } = renderHook(({ uid }) => useRtmClient({ appId: APP_ID, config, login: { uid } }), {
      initialProps: { uid: 'ann' },
    });
    for (const uid of ['ben', 'ann', 'cleo']) {
      rerender({ uid });
      await waitFor(() => expect(result.current.uid).toBe(uid));
    }
    expect(result.current.error).toBeUndefined();
  });

  test('a user who logs in elsewhere ends the session, and it stays ended', async () => {
    const { result } = stage.hookAs('ann', useRtm);
    await waitFor(() => expect(result.current.isLoggedIn).toBe(true));
    const other = await stage.user('ann');
    await waitFor(() => expect(result.current.connectionState).toBe('ABORTED'));
    expect(result.current).toMatchObject({ reason: 'REMOTE_LOGIN', uid: '', isLoggedIn: false });
    expect(other.uid).toBe('ann');
    // Asked for, it comes back.
    await act(() => result.current.login({ uid: 'ann' }));
    expect(result.current.uid).toBe('ann');
  });

  test('a hidden page lets go, and is back when it is shown', async () => {
    const Uid = () => <p>{useRtm().uid || 'nobody'}</p>;
    const [Wrapper, page] = [stage.as('ann'), <Uid key="uid" />];
    const shown = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <Wrapper>{page}</Wrapper>
      </Activity>
    );
    const { rerender } = render(shown('visible'));
    await screen.findByText('ann');
    rerender(shown('hidden'));
    await waitFor(() => expect(stage.server.census()).toMatchObject({ sessions: 0 }));
    rerender(shown('visible'));
    await waitFor(() => expect(stage.server.count('logins')).toBe(2));
    await screen.findByText('ann');
  });
});

describe('login by hand', () => {
  test('states, errors, logout', async () => {
    const config = stage.config();
    const { result } = renderHook(() => useRtmClient({ appId: APP_ID, config }));
    await act(() => expect(result.current.login({ uid: '' })).rejects.toMatchObject({ code: 2 }));
    expect(result.current).toMatchObject({ isBusy: false, error: { code: 2 } });
    let login: Promise<void> | undefined;
    act(() => {
      login = result.current.login({ uid: 'ann' });
    });
    expect(result.current).toMatchObject({ isBusy: true, error: undefined });
    await act(() => login as Promise<void>);
    expect(result.current).toMatchObject({ isBusy: false, uid: 'ann' });
    await act(() => result.current.logout());
    expect(result.current).toMatchObject({ connectionState: 'DISCONNECTED', reason: 'LOGOUT', uid: '' });
  });

  test('another app or address is another client, and ends the session of the one before', async () => {
    const config = stage.config();
    const { result, rerender } = renderHook(({ appId }) => useRtmClient({ appId, config: { ...config } }), {
      initialProps: { appId: APP_ID },
    });
    const { client } = result.current;
    await act(() => result.current.login({ uid: 'ann' }));
    rerender({ appId: APP_ID });
    expect(result.current.client).toBe(client);
    rerender({ appId: 'f'.repeat(32) });
    expect(result.current.client).not.toBe(client);
    expect(result.current).toMatchObject({ connectionState: 'DISCONNECTED', uid: '' });
    await waitFor(() => expect(client.uid).toBe(''));
    expect(listenersOf(client)).toBe(0);
  });

  test('an app id that is not valid throws', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => renderHook(() => useRtmClient({ appId: 'short' }))).toThrow(
      expect.objectContaining({ name: 'RtmInvalidArgumentError' }),
    );
  });
});

describe('a client of the application', () => {
  test('is seen as it is, is not logged out, and has no listeners left', async () => {
    const client = await stage.user('ann');
    const { result, unmount } = renderHook(useRtm, { wrapper: stage.over(client) });
    expect(result.current).toMatchObject({ client, uid: 'ann', connectionState: 'CONNECTED' });
    unmount();
    await turn();
    expect([client.uid, listenersOf(client)]).toEqual(['ann', 0]);
  });

  test('what happens while nobody looks is caught up with', async () => {
    const client = await stage.user('ann');
    const first = renderHook(useRtm, { wrapper: stage.over(client) });
    first.unmount();
    await client.logout();
    const second = renderHook(useRtm, { wrapper: stage.over(client) });
    expect(second.result.current).toMatchObject({ uid: '', connectionState: 'DISCONNECTED' });
  });

  test('in the place of another', async () => {
    const [ann, ben] = [await stage.user('ann'), await stage.user('ben')];
    const Uid = () => <p>{useRtm().uid}</p>;
    let change: (client: RtmClient) => void = () => undefined;
    const Page = () => {
      const [client, setClient] = useState(ann);
      change = setClient;
      return (
        <RtmProvider client={client}>
          <Uid />
        </RtmProvider>
      );
    };
    render(<Page />);
    await screen.findByText('ann');
    act(() => change(ben));
    await screen.findByText('ben');
    await turn();
    expect([listenersOf(ann), ann.uid]).toEqual([0, 'ann']);
  });
});

test('the connection: cut, restored, and what was missed', async () => {
  const { result } = stage.hookAs('ann', useConnectionState);
  await waitFor(() => expect(result.current.state).toBe('CONNECTED'));
  await stage.restart(() => waitFor(() => expect(result.current.state).toBe('RECONNECTING')));
  await waitFor(() => expect(result.current.state).toBe('CONNECTED'));
  // The other server knows nothing of the session.
  expect(result.current).toMatchObject({ reason: 'LOGIN_SUCCESS', details: { recovered: false } });
});

test('hooks without a provider say so', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(() => renderHook(useRtm)).toThrow('useRtm needs an RtmProvider above it');
});

describe('tokens', () => {
  const apps = [
    { appId: APP_ID, enabled: true, certificates: [CERTIFICATE], allowEmptyToken: false, allowWildcardUid: false },
  ];
  const guarded = openStage({ apps });

  test('a refused login is an error, and is tried again with another token', async () => {
    const config = guarded.config();
    const { result, rerender } = renderHook(
      ({ token }) => useRtmClient({ appId: APP_ID, config, login: { uid: 'ann', token } }),
      { initialProps: { token: tokenFor('ben', 60) } },
    );
    await waitFor(() => expect(result.current.error).toMatchObject({ code: 4 }));
    expect(result.current).toMatchObject({ connectionState: 'DISCONNECTED', reason: 'LOGIN_FAILURE', isBusy: false });
    rerender({ token: tokenFor('ann', 60) });
    await waitFor(() => expect(result.current).toMatchObject({ uid: 'ann', error: undefined }));
  });

  test('a token that is about to end says so; another one renews it without a login', async () => {
    const config = guarded.config();
    const { result, rerender } = renderHook(
      ({ token }) => useRtmClient({ appId: APP_ID, config, login: { uid: 'ann', token } }),
      { initialProps: { token: tokenFor('ann', 20) } },
    );
    await waitFor(() => expect(result.current.tokenState).toBe('EXPIRING'));
    const token = tokenFor('ann', 600);
    rerender({ token });
    await waitFor(() => expect(result.current.tokenState).toBe('VALID'));
    expect(result.current.client.token).toBe(token);
    expect([guarded.server.count('logins'), guarded.server.count('token_renewals')]).toEqual([1, 1]);
  });
});

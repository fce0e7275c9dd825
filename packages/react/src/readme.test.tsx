/** The chat of the README: two pages, one server, and everything between them. */
import { readFileSync } from 'node:fs';
import { ArRTM, RtmClient } from 'ar-rtm-sdk';
import { expect, test, vi } from 'vitest';
import { Chat } from '../test/chat.js';
import { fireEvent, openStage, render, waitFor, within } from '../test/stage.js';

const stage = openStage();

test('the example is the one that is tested', () => {
  const [, code] = /```tsx\n([\s\S]*?)```/.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8')) ?? [];
  expect(code).toBe(readFileSync(new URL('../test/chat.tsx', import.meta.url), 'utf8'));
});

test('two users talk', async () => {
  const connect = vi.spyOn(ArRTM, 'createInstance').mockImplementation((appId) => new RtmClient(appId, stage.config()));
  const page = (uid: string) => {
    const { container, unmount } = render(<Chat uid={uid} channelId="tea" />);
    const content = within(container);
    const list = (name: string) =>
      within(content.getByRole('list', { name }))
        .queryAllByRole('listitem')
        .map(({ textContent }) => textContent);
    return { content, unmount, members: () => list('Members').sort(), messages: () => list('Messages') };
  };
  const [ann, ben] = [page('ann'), page('ben')];
  expect(connect).toHaveBeenCalledWith(expect.stringMatching(/^\w{32}$/), { confPriCloudAddr: expect.anything() });
  for (const { content, members } of [ann, ben]) {
    await content.findByRole('heading', { name: 'tea: JOINED' });
    await waitFor(() => expect(members()).toEqual(['ann ONLINE', 'ben ONLINE']));
  }
  await ann.content.findByText('ann: CONNECTED');

  const say = async (from: typeof ann, text: string) => {
    const [input, button] = [from.content.getByLabelText('Message'), from.content.getByRole('button')];
    fireEvent.change(input, { target: { value: text } });
    fireEvent.click(button);
    await waitFor(() => expect((input as HTMLInputElement).value).toBe(''));
  };
  await say(ann, 'hello');
  await waitFor(() => expect(ben.messages()).toEqual(['ann: hello']));
  await say(ben, 'hello back');
  await waitFor(() => expect(ann.messages()).toEqual(['ann: hello', 'ben: hello back']));
  fireEvent.click(ann.content.getByRole('button'));
  await ann.content.findByText(/RtmInvalidArgumentError/);

  ben.unmount();
  await waitFor(() => expect(ann.members()).toEqual(['ann ONLINE']));
  await waitFor(() => expect(stage.server.census()).toMatchObject({ sessions: 1 }));
});

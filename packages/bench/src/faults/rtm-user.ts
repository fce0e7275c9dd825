import { ArRTM } from 'ar-rtm-sdk';
import type { Ledger, Listener } from './ledger.js';
import { sleep } from './waiting.js';

export const APP_ID = '0123456789abcdef0123456789abcdef';

export type Rtm = ReturnType<typeof ArRTM.createInstance>;

/** An SDK instance that is not logged in yet. */
export function createRtm(port: number): Rtm {
  const confPriCloudAddr = { ServerAdd: '127.0.0.1', Port: port, Wss: false };
  return ArRTM.createInstance(APP_ID, { confPriCloudAddr, logFilter: ArRTM.LOG_FILTER_OFF });
}

/** Logs in, again and again while the server is down. */
export async function loginWhenUp(rtm: Rtm, uid: string, withinMs = 30_000): Promise<void> {
  const giveUp = performance.now() + withinMs;
  for (;;) {
    try {
      return await rtm.login({ uid });
    } catch (error) {
      if (performance.now() > giveUp) throw error;
      await sleep(100);
    }
  }
}

/** Notes what an instance hears of peers, and gaps of its inbox. */
export function hearPeers(rtm: Rtm, listener: Listener): void {
  rtm.on('MessageFromPeer', ({ text }) => listener.hears(String(text)));
  rtm.on('ConnectionStateChanged', (_state, _reason, details) => {
    if (details?.gaps?.inbox) listener.isToldOfGap();
  });
}

/** The same for a channel, which is joined. */
export async function hearChannel(rtm: Rtm, channelId: string, listener: Listener) {
  const channel = rtm.createChannel(channelId);
  channel.on('ChannelMessage', ({ text }) => listener.hears(String(text)));
  rtm.on('ConnectionStateChanged', (_state, _reason, details) => {
    if (details?.gaps?.channels.includes(channelId)) listener.isToldOfGap();
  });
  await channel.join();
  return channel;
}

/** Sends the messages of a stream, so many a second, until it is told to end; resolves when all are answered. */
export async function pour(
  ledger: Ledger,
  stream: string,
  perSecond: number,
  goesOn: () => boolean,
  send: (text: string) => Promise<unknown>,
): Promise<void> {
  const answers: Promise<void>[] = [];
  const began = performance.now();
  for (let serial = 0; goesOn(); serial += 1) {
    const { number, text } = ledger.send(stream);
    answers.push(
      send(text).then(
        () => ledger.told(stream, number, 'accepted'),
        (error: unknown) => ledger.told(stream, number, `code ${(error as { code?: unknown })?.code ?? String(error)}`),
      ),
    );
    await sleep(Math.max(1, began + ((serial + 1) * 1000) / perSecond - performance.now()));
  }
  await Promise.all(answers);
}

/** All that is archived of a conversation, in order; `ask` for a page of it. */
export async function archiveOf(ask: (query: { offset?: number }) => Promise<Page>): Promise<string[]> {
  const texts: string[] = [];
  let failures = 0;
  for (let query: { offset?: number } = {}; ; ) {
    try {
      const { messages, nextOffset } = await ask(query);
      texts.push(...messages.map(({ message }) => String(message.text)));
      if (nextOffset === undefined) return texts;
      query = { offset: nextOffset };
      failures = 0;
    } catch (error) {
      if (++failures > 20) throw error;
      // Pages may be asked for only so often.
      await sleep((error as { readonly retryAfterMs?: number }).retryAfterMs ?? 250);
    }
  }
}

interface Page {
  readonly messages: readonly { readonly message: { readonly text?: unknown } }[];
  readonly nextOffset: number | undefined;
}

// @ts-check
/**
 * A bot that sits in a channel and answers questions, there and to users directly:
 *
 *     ARRTM_SERVER=http://127.0.0.1:9080 node bot.js
 */
import ArRTM, { RTMException, RtmErrorCode } from 'ar-rtm-sdk';

const { ARRTM_SERVER = 'http://127.0.0.1:9080', ARRTM_TOKEN: token } = process.env;
// Any 32 letters and digits, as long as the server has no `apps` configured.
const APP_ID = process.env.ARRTM_APP_ID ?? '0123456789abcdef0123456789abcdef';
const CHANNEL = 'team';

const { hostname, port, protocol } = new URL(ARRTM_SERVER);
const isSecure = protocol === 'https:';
const client = ArRTM.createInstance(APP_ID, {
  confPriCloudAddr: { ServerAdd: hostname, Port: Number(port || (isSecure ? 443 : 80)), Wss: isSecure },
  logFilter: ArRTM.LOG_FILTER_WARNING,
});
const channel = client.createChannel(CHANNEL);

/** @type {Record<string, () => string | Promise<string>>} */
const COMMANDS = {
  '!help': () => `I know ${Object.keys(COMMANDS).join(', ')}`,
  '!time': () => new Date().toISOString(),
  '!who': async () => `Here are ${(await channel.getMembers()).sort().join(', ')}`,
};

/**
 * @param {import('ar-rtm-sdk').RtmMessage} message
 * @param {(text: string) => Promise<unknown>} reply
 */
async function answer(message, reply) {
  const command = message.messageType === 'TEXT' ? COMMANDS[message.text.trim()] : undefined;
  // Silent about everything else: two bots that answer each other's errors never stop.
  if (!command) return;
  try {
    await reply(await command());
  } catch (error) {
    // One answer that fails must not end the bot.
    console.error('No answer given:', error);
  }
}

channel.on('ChannelMessage', (message) => answer(message, (text) => channel.sendMessage({ text })));
client.on('MessageFromPeer', (message, peerId) =>
  answer(message, (text) => client.sendMessageToPeer({ text }, peerId, { enableOfflineMessaging: true })),
);

client.on('ConnectionStateChanged', (state, reason) => {
  console.log(state, reason);
  // Cuts heal by themselves. This one does not: another bot has logged in under this name, or the token has ended.
  if (state === 'ABORTED') process.exit(1);
});

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, async () => {
    // Others see it leave now, and not when it has been silent for 30 s.
    await client.logout().catch(() => undefined); // It was not logged in yet.
    process.exit(0);
  });
}

// A server that is not up yet is waited for; each attempt takes 6 s. Any other error is for a person.
const isTimeout = (/** @type {unknown} */ error) =>
  error instanceof RTMException && error.code === RtmErrorCode.LoginError.LOGIN_ERR_TIMEOUT;
while (client.uid === '') {
  try {
    await client.login({ uid: 'bot', token });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    console.log('The server does not answer; trying again');
  }
}
await channel.join();
console.log(`The bot is in "${CHANNEL}"`);

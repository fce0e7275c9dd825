// @ts-check
/**
 * Tokens: for apps with certificates. Needs a server with such an app, which ARRTM_APP_ID and ARRTM_CERTIFICATE name
 * (docs/guide/tokens.md).
 */
import assert from 'node:assert/strict';
import agora from 'agora-token';
import { APP_ID, createClient, end, next, record } from './stage.js';

const certificate = process.env.ARRTM_CERTIFICATE ?? '';

/**
 * Stands for a request to your own server (examples/token-server).
 *
 * @param {string} uid @param {number} seconds
 */
const fetchToken = async (uid, seconds) => agora.RtmTokenBuilder.buildToken(APP_ID, certificate, uid, seconds);

const client = createClient();
const told = record(client, 'TokenWillExpired', 'TokenPrivilegeWillExpire', 'TokenExpired', 'TokenDidExpired');

// #region RtmClientEvents.TokenWillExpired
client.on('TokenWillExpired', () => {
  console.log('Time for renewToken'); // 30 s before the end, or at once when less is left.
});
// #endregion

// #region RtmClientEvents.TokenPrivilegeWillExpire
client.on('TokenPrivilegeWillExpire', () => console.log('Time for renewToken')); // TokenWillExpired, by its other name.
// #endregion

// #region RtmClientEvents.TokenExpired
client.on('TokenExpired', () => console.log('The last chance: renewToken within 10 s'));
// #endregion

// #region RtmClientEvents.TokenDidExpired
client.on('TokenDidExpired', () => console.log('Not renewed: the session ends'));
// #endregion

const warned = next(client, 'TokenPrivilegeWillExpire');
await client.login({ uid: 'alice', token: await fetchToken('alice', 20) });
await warned;

// #region RtmClient.renewToken
await client.renewToken(await fetchToken('alice', 4));
// #endregion

const over = next(client, 'TokenDidExpired');
await over;
assert.deepEqual(
  [...new Set(told.map(([name]) => name))],
  ['TokenWillExpired', 'TokenPrivilegeWillExpire', 'TokenExpired', 'TokenDidExpired'],
);
await end();

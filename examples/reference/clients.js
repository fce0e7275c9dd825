// @ts-check
/** Clients: make, configure, log in, log out, hear of the connection. */
import assert from 'node:assert/strict';
import ArRTM, { RTMException, RtmClient, RtmErrorCode } from 'ar-rtm-sdk';
import { APP_ID, address, record } from './stage.js';

// #region ArRTMNamespace.createInstance
const client = ArRTM.createInstance(APP_ID, {
  // { ServerAdd: '127.0.0.1', Port: 9080, Wss: false }; not needed in a page that the server itself has served.
  confPriCloudAddr: address,
});
// #endregion

// #region RtmClient.constructor
const other = new RtmClient(APP_ID, { confPriCloudAddr: address, logFilter: ArRTM.LOG_FILTER_ERROR });
// #endregion

// #region ArRTMNamespace.setArea
// For code that comes from a cloud: checked, and without effect on your own server.
ArRTM.setArea({ areaCodes: ['GLOBAL'], excludedArea: 'CHINA' });
// #endregion

// #region RtmClient.setParameters
client.setParameters({ logFilter: ArRTM.LOG_FILTER_WARNING });
// #endregion

// #region RtmClient.updateConfig
other.updateConfig({ logFilter: ArRTM.LOG_FILTER_OFF });
// #endregion

const told = record(client, 'ConnectionStateChanged');
// #region RtmClientEvents.ConnectionStateChanged
client.on('ConnectionStateChanged', (state, reason, details) => {
  if (state === 'RECONNECTING') console.log('The connection is cut; the SDK restores it by itself.');
  if (state === 'CONNECTED' && details?.recovered === false) console.log('Something was missed:', details.gaps);
  if (state === 'ABORTED') console.log('The session is over:', reason);
});
// #endregion

// #region RtmClient.login
try {
  await client.login({ uid: 'alice' }); // And `token`, when the app has certificates.
} catch (error) {
  const isTimeout = error instanceof RTMException && error.code === RtmErrorCode.LoginError.LOGIN_ERR_TIMEOUT;
  console.error(isTimeout ? 'No server answers there.' : error);
}
console.log(client.uid); // alice
// #endregion

assert.equal(client.uid, 'alice');

// #region RtmClient.logout
await client.logout();
console.log(client.uid); // ''
// #endregion

// A second login of the same user ends the first session.
await client.login({ uid: 'alice' });
const aborted = new Promise((resolve) => {
  client.on('ConnectionStateChanged', (state, reason) => state === 'ABORTED' && resolve(reason));
});
await other.login({ uid: 'alice' });
assert.equal(await aborted, 'REMOTE_LOGIN');
await other.logout();
assert.deepEqual(
  told.map(([, state, reason]) => `${state} ${reason}`),
  [
    'CONNECTING LOGIN',
    'CONNECTED LOGIN_SUCCESS',
    'DISCONNECTED LOGOUT',
    'CONNECTING LOGIN',
    'CONNECTED LOGIN_SUCCESS',
    'ABORTED REMOTE_LOGIN',
  ],
);

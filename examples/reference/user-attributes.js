// @ts-check
/** Attributes of users, which last as long as their sessions. */
import assert from 'node:assert/strict';
import { end, loggedIn } from './stage.js';

const bob = await loggedIn('bob');
const client = await loggedIn('alice');

// #region RtmClient.setLocalUserAttributes
await client.setLocalUserAttributes({ name: 'Alice', mood: 'busy' }); // In the place of all that there were.
// #endregion

// #region RtmClient.addOrUpdateLocalUserAttributes
await client.addOrUpdateLocalUserAttributes({ mood: 'fine' });
// #endregion

// #region RtmClient.getUserAttributes
console.log(await bob.getUserAttributes('alice')); // { name: 'Alice', mood: 'fine' }
// #endregion
assert.deepEqual(await bob.getUserAttributes('alice'), { name: 'Alice', mood: 'fine' });

// #region RtmClient.getUserAttributesByKeys
const { name } = await bob.getUserAttributesByKeys('alice', ['name']);
// #endregion
assert.equal(name, 'Alice');

// #region RtmClient.deleteLocalUserAttributesByKeys
await client.deleteLocalUserAttributesByKeys(['mood']);
// #endregion
assert.deepEqual(await bob.getUserAttributes('alice'), { name: 'Alice' });

// #region RtmClient.clearLocalUserAttributes
await client.clearLocalUserAttributes();
// #endregion
assert.deepEqual(await bob.getUserAttributes('alice'), {});
await end();

// @ts-check
/** Files and images. */
import assert from 'node:assert/strict';
import { end, loggedIn, next } from './stage.js';

const bob = await loggedIn('bob');
const client = await loggedIn('alice');
const received = next(bob, 'MessageFromPeer');

// #region RtmClient.createMediaMessageByUploading
const file = new Blob(['name,score\nalice,12\n'], { type: 'text/csv' }); // In a page: the File of an <input>.
const controller = new AbortController(); // controller.abort() would end the upload.
const message = await client.createMediaMessageByUploading(
  file,
  { fileName: 'scores.csv', description: 'Today' },
  {
    cancelSignal: controller.signal,
    onOperationProgress: ({ currentSize, totalSize }) => console.log(`${currentSize} of ${totalSize} bytes`),
  },
);
// Uploaded once, sent as often as you like.
await client.sendMessageToPeer(message, 'bob');
// #endregion

const [{ messageType, mediaId, fileName, size }] = await received;
assert.deepEqual([messageType, fileName, size], ['FILE', 'scores.csv', file.size]);

// #region RtmClient.downloadMedia
// `mediaId` is in the message that was received.
const content = await bob.downloadMedia(mediaId);
console.log(content.type, content.size);
// #endregion
assert.equal(await content.text(), await file.text());
await end();

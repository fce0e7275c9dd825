/**
 * A token server: your own back end, which knows who is who, gives each user a token for ArRTM. The certificate never leaves
 * it. One and the same certificate is in the configuration of the ArRTM server (`apps[].certificates`).
 *
 *     ARRTM_APP_ID=<32 hex> ARRTM_CERTIFICATE=<32 hex> node server.js
 */
import agora from 'agora-token';
import express from 'express';

const { ARRTM_APP_ID, ARRTM_CERTIFICATE, PORT = '3000' } = process.env;
if (!ARRTM_APP_ID || !ARRTM_CERTIFICATE) {
  console.error('ARRTM_APP_ID and ARRTM_CERTIFICATE have to be set');
  process.exit(2);
}

/** A token that is stolen is good until it ends, so it is short; the SDK asks for a new one in time (client.js). */
const LIFETIME_S = 3600;

/** Stands for your own sessions: who has logged in to your application, by what the browser shows you. */
const SESSIONS = new Map([
  ['session-of-alice', 'alice'],
  ['session-of-bob', 'bob'],
]);

const app = express();

app.post('/rtm-token', (request, response) => {
  const session = request.get('authorization')?.replace(/^Bearer /, '') ?? '';
  const uid = SESSIONS.get(session);
  if (!uid) {
    response.status(401).json({ error: 'log in first' });
    return;
  }
  // For the user of the session, never for one that the request names: a token makes its owner that user.
  const token = agora.RtmTokenBuilder.buildToken(ARRTM_APP_ID, ARRTM_CERTIFICATE, uid, LIFETIME_S);
  response.set('cache-control', 'no-store').json({ appId: ARRTM_APP_ID, uid, token });
});

const server = app.listen(Number(PORT), (error) => {
  if (error) throw error;
  const address = server.address();
  console.log(`Tokens at http://127.0.0.1:${typeof address === 'object' ? address?.port : PORT}/rtm-token`);
});

// @ts-check
/** How an application logs in with tokens, and stays logged in. For pages and Node alike. */
import ArRTM from 'ar-rtm-sdk';

/**
 * @param {() => Promise<{ appId: string; uid: string; token: string }>} fetchToken asks your token server
 * @param {import('ar-rtm-sdk').RtmParameters} [params]
 */
export async function connect(fetchToken, params) {
  const { appId, uid, token } = await fetchToken();
  const client = ArRTM.createInstance(appId, params);

  const renew = async () => {
    try {
      await client.renewToken((await fetchToken()).token);
    } catch (error) {
      console.error('The token was not renewed:', error);
    }
  };
  // 30 s before the end. Should that fail, the second event is the last chance: 10 s are left then.
  client.on('TokenWillExpired', renew);
  client.on('TokenExpired', renew);

  await client.login({ uid, token });
  return client;
}

/** A chat in the style of the documentation of ar-rtm-sdk 1.0.15: nothing but the address is different. */
import ArRTM from 'ar-rtm-sdk';

const appId = '0123456789abcdef0123456789abcdef';

export interface ServerAddress {
  confPriCloudAddr: { ServerAdd: string; Port: number; Wss: boolean };
}

export async function chat(address: ServerAddress, log: (line: string) => void): Promise<void> {
  const client = ArRTM.createInstance(appId);
  client.setParameters({ ...address, logFilter: ArRTM.LOG_FILTER_OFF });
  client.on('ConnectionStateChanged', (newState, reason) => {
    log(`on connection state changed to ${newState} reason: ${reason}`);
  });
  client.on('MessageFromPeer', ({ text }, peerId) => {
    log(`${peerId}: ${text}`);
  });
  client.on('TokenWillExpired', () => log('the token will expire'));
  client.on('TokenDidExpired', () => log('the token did expire'));
  const friend = ArRTM.createInstance(appId, { ...address, logFilter: ArRTM.LOG_FILTER_OFF });
  await friend.login({ uid: 'friend' });

  await client
    .login({ token: '', uid: 'demo' })
    .then(() => {
      log('login success');
    })
    .catch((err) => {
      log(`login failure ${err}`);
    });

  // Peer messages
  await client.sendMessageToPeer({ text: 'hello' }, 'friend').then((sendResult) => {
    if (sendResult.hasPeerReceived) log('received');
    else log('not received');
  });
  await new Promise<void>((resolve) => {
    client.on('MessageFromPeer', () => resolve());
    void friend.sendMessageToPeer({ text: 'hello back' }, 'demo', { enableOfflineMessaging: true });
  });

  // Channels
  const channel = client.createChannel('demoChannel');
  channel.on('ChannelMessage', ({ text }, senderId, messagePros) => {
    log(`${senderId} in the channel: ${text}, offline: ${messagePros.isOfflineMessage}`);
  });
  channel.on('MemberJoined', (memberId) => log(`joined: ${memberId}`));
  channel.on('MemberLeft', (memberId) => log(`left: ${memberId}`));
  channel.on('AttributesUpdated', (attributes) => {
    log(`attributes: ${Object.keys(attributes).map((key) => `${key}=${attributes[key]?.value}`)}`);
  });
  await channel.join();
  const his = friend.createChannel('demoChannel');
  const joined = new Promise<void>((resolve) => channel.on('MemberJoined', () => resolve()));
  await his.join();
  await joined;
  const heard = new Promise<void>((resolve) => channel.on('ChannelMessage', () => resolve()));
  await his.sendMessage({ text: 'hi all', messageType: 'TEXT' });
  await heard;
  log(`members: ${(await channel.getMembers()).sort()}`);
  log(`count: ${(await client.getChannelMemberCount(['demoChannel']))['demoChannel']}`);
  const updated = new Promise<void>((resolve) => channel.on('AttributesUpdated', () => resolve()));
  await client.setChannelAttributes('demoChannel', { notice: 'be kind' }, { enableNotificationToChannelMembers: true });
  await updated;

  // Users
  await client.setLocalUserAttributes({ mood: 'good' });
  log(`mood: ${(await friend.getUserAttributes('demo'))['mood']}`);
  log(`online: ${(await client.queryPeersOnlineStatus(['friend', 'nobody']))['friend']}`);
  const status = new Promise<void>((resolve) => {
    client.on('PeersOnlineStatusChanged', (peers) => {
      log(`friend is ${peers['friend']}`);
      resolve();
    });
  });
  await client.subscribePeersOnlineStatus(['friend']);
  await status;

  const left = new Promise<void>((resolve) => channel.on('MemberLeft', () => resolve()));
  await friend.logout();
  await left;
  await channel.leave();
  await client.logout();
}

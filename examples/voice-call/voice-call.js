/**
 * A voice call between two pages. ArRTM carries the signals: an invitation rings at the other one, then peer messages bring
 * what WebRTC has to say. The sound itself goes from browser to browser.
 */
// Any 32 letters and digits, as long as the server has no `apps` configured.
const APP_ID = '0123456789abcdef0123456789abcdef';
// Between networks the browsers need servers of yours here: [{ urls: 'stun:...' }, { urls: 'turn:...', ... }]
const ICE_SERVERS = [];

const client = ArRTM.createInstance(APP_ID);
const byId = (id) => document.getElementById(id);
const say = (text) => {
  byId('status').textContent = text;
};
const show = (...ids) => {
  for (const id of ['dial', 'accept', 'refuse', 'hangUp']) byId(id).hidden = !ids.includes(id);
};

/** The call that rings or goes on: `peer`, `invitation`, and from the answer on `connection`, `microphone`, `isSetUp`. */
let call;

byId('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await client.login({ uid: event.target.elements.uid.value });
    byId('login').hidden = true;
    end('Ready');
  } catch (error) {
    say(error.message);
  }
});

byId('dial').addEventListener('submit', (event) => {
  event.preventDefault();
  try {
    const peer = event.target.elements.callee.value;
    const invitation = client.createLocalInvitation(peer);
    invitation.on('LocalInvitationReceivedByPeer', () => say(`Ringing at ${peer}`));
    invitation.on('LocalInvitationAccepted', () => begin(true));
    invitation.on('LocalInvitationRefused', () => end(`${peer} has refused`));
    invitation.on('LocalInvitationCanceled', () => end('Canceled'));
    invitation.on('LocalInvitationFailure', (reason) => end(`No answer: ${reason}`));
    call = { peer, invitation };
    invitation.send();
    show('hangUp');
    say(`Calling ${peer}`);
  } catch (error) {
    end(error.message); // The user ID is not valid.
  }
});

client.on('RemoteInvitationReceived', (invitation) => {
  if (call) {
    invitation.response = 'busy';
    invitation.refuse();
    return;
  }
  const peer = invitation.callerId;
  call = { peer, invitation };
  invitation.on('RemoteInvitationAccepted', () => begin(false));
  invitation.on('RemoteInvitationRefused', () => end('Refused'));
  invitation.on('RemoteInvitationCanceled', () => end(`${peer} has hung up`));
  invitation.on('RemoteInvitationFailure', (reason) => end(`The call has ended: ${reason}`));
  show('accept', 'refuse');
  say(`${peer} is calling`);
});

byId('accept').addEventListener('click', () => {
  show('hangUp');
  call.invitation.accept();
});
byId('refuse').addEventListener('click', () => call.invitation.refuse());
byId('hangUp').addEventListener('click', () => {
  if (call.connection) {
    signal({ bye: true });
    end('Hung up');
  } else {
    call.invitation.cancel?.(); // While it rings; one's own accept cannot be taken back.
  }
});

/** Both sides know of the accept: connect the browsers. */
function begin(isCaller) {
  call.connection = new RTCPeerConnection({ iceServers: ICE_SERVERS });
  call.isSetUp = setUp(call, isCaller);
}

async function setUp(current, isCaller) {
  const { connection, peer } = current;
  connection.onicecandidate = ({ candidate }) => candidate && signal({ candidate });
  connection.ontrack = ({ streams: [stream] }) => {
    byId('audio').srcObject = stream;
  };
  connection.onconnectionstatechange = () => {
    if (current !== call) return;
    if (connection.connectionState === 'connected') say(`Talking with ${peer}`);
    if (connection.connectionState === 'failed') end('The browsers cannot reach each other');
  };
  show('hangUp');
  say('Connecting');
  try {
    current.microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    if (current !== call) return stop(current); // Hung up meanwhile.
    for (const track of current.microphone.getTracks()) connection.addTrack(track, current.microphone);
    // The caller waits for this with its offer.
    if (!isCaller) signal({ ready: true });
  } catch (error) {
    if (current !== call) return;
    signal({ bye: true });
    end(error.message); // No microphone, or the person does not allow it.
  }
}

/** Signals are taken one after the other: a candidate may not overtake the description that it belongs to. */
let turn = Promise.resolve();
client.on('MessageFromPeer', (message, peerId) => {
  turn = turn.then(() => take(message, peerId)).catch((error) => say(error.message));
});

async function take({ text }, peerId) {
  // Whoever else writes does not take part in this call.
  if (!call?.connection || peerId !== call.peer) return;
  const { connection, isSetUp } = call;
  const { ready, description, candidate, bye } = JSON.parse(text);
  if (bye) return end(`${peerId} has hung up`);
  await isSetUp; // The microphone is part of what is offered and answered.
  if (connection !== call?.connection) return;
  if (ready) await describe(connection, await connection.createOffer());
  if (description) {
    await connection.setRemoteDescription(description);
    if (description.type === 'offer') await describe(connection, await connection.createAnswer());
  }
  if (candidate) await connection.addIceCandidate(candidate);
}

async function describe(connection, description) {
  await connection.setLocalDescription(description);
  signal({ description });
}

function signal(content) {
  // A call is for now: without a receiver the signal is worth nothing, so it is not stored.
  client.sendMessageToPeer({ text: JSON.stringify(content) }, call.peer).catch((error) => say(error.message));
}

function end(why) {
  if (call) stop(call);
  call = undefined;
  show('dial');
  say(why);
}

/** The microphone is free again, and its light goes out. */
function stop({ connection, microphone }) {
  connection?.close();
  for (const track of microphone?.getTracks() ?? []) track.stop();
}

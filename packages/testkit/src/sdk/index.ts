/** Test doubles for the Web SDK. They fit its ports by shape and import nothing of it. */
export { EventRecorder } from './event-recorder.js';
export { FakeClock } from './fake-clock.js';
export { FakeEnvironment } from './fake-environment.js';
export { FakeMedia, type HttpTrouble } from './fake-media.js';
export {
  FakeNetwork,
  type HttpAnswer,
  type HttpExchange,
  type HttpRequest,
  type NetworkPeer,
  type ServerSocket,
  type SocketHandlers,
  type SocketPeer,
} from './fake-network.js';
export { FakeConnection, FakeServer, type Handler } from './fake-server.js';

/** The wire of ArRTM: what clients and servers say to each other. Pure; imports nothing. */
export * from './attributes.js';
export * from './capabilities.js';
export * from './codes.js';
export {
  COMMAND_FIELDS,
  type Command,
  type CommandContent,
  type CommandName,
  type CommandProblem,
  type CommandResult,
  decodeCommand,
  encodeCommand,
  encodeList,
  isCommandName,
} from './commands.js';
export { decodeEnvelope, type Envelope, type EnvelopeResult, encodeEnvelope } from './envelope.js';
export {
  acknowledgedId,
  encodeMsgStatus,
  encodePeerPush,
  encodePresence,
  encodePresencePush,
  quickChannelMessage,
  quickPeerMessage,
} from './fast-paths.js';
export { type FieldsResult, isObject } from './fields.js';
export * from './gateway.js';
export * from './ids.js';
export * from './limits.js';
export * from './media.js';
export { type FileBody, type ImageBody, readMediaBody, writeMediaBody } from './media-body.js';
export * from './raw-body.js';
export {
  ATTRIBUTE_FRAMES,
  CALL_FRAMES,
  CHANNEL_FRAMES,
  decodeServerFrame,
  encodeServerFrame,
  HISTORY_FRAMES,
  PEER_FRAMES,
  PRESENCE_FRAMES,
  SESSION_FRAMES,
  type ServerFrame,
  type ServerFrameContent,
  type ServerFrameInput,
  type ServerFrameName,
  type ServerFrameResult,
} from './server-frames.js';
export * from './text-size.js';

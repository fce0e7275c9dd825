export { CHROME, FIREFOX, loadPublished, type PublishedTab, type TabFrame, type TabPost } from './load.js';
export type {
  PublishedChannel,
  PublishedClient,
  PublishedInvitation,
  PublishedModule,
  PublishedRemoteInvitation,
  PublishedText,
} from './types.js';

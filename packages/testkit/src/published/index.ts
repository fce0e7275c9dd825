export { CHROME, FIREFOX, loadPublished, type PublishedTab } from './load.js';
export type { PublishedChannel, PublishedClient, PublishedModule, PublishedText } from './types.js';

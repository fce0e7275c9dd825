export { FileClientLogs } from './file-client-logs.js';
export { FileMediaBytes } from './file-media-bytes.js';

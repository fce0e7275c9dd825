export { FileClientLogs } from './file-client-logs.js';

export { FileClientLogs } from './file-client-logs.js';
export { FileMediaBytes } from './file-media-bytes.js';
export { MediaCopy } from './media-copy.js';
export { mediaFolderIn, refsIn } from './media-folder.js';
export { faultOf } from './sealed-file.js';

// The goal is 14 kB with every feature, and it is missed: all of them have 18.8 kB (ESM; UMD 18.9 kB). What parts of it take:
// files and images 3.3 kB, channels 1.4 kB, invitations 1.4 kB, attributes 0.9 kB, presence 0.4 kB, the end of tokens 0.3 kB, log
// upload 0.2 kB. The limit keeps it from growing without notice.
//
// Where the bytes go, and what the build does against it: bundling/README.md.
const limit = '19 kB';

export default [
  { name: 'ESM', path: 'dist/ArRTM.esm.mjs', limit, gzip: true },
  { name: 'UMD', path: 'dist/ArRTM.umd.js', limit, gzip: true },
];

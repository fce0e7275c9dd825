// The goal is 14 kB with every feature, and it is missed: all of them have 20.5 kB. What they took: files and images 3.9 kB,
// invitations 1.45 kB, attributes 1.25 kB, raw messages and history 0.65 kB, presence 0.64 kB, the end of tokens 0.45 kB, log
// upload 0.35 kB. The limit keeps it from growing without notice.
//
// Where the bytes go, and what the build does against it: bundling/README.md.
const limit = '20.7 kB';

export default [
  { name: 'ESM', path: 'dist/ArRTM.esm.mjs', limit, gzip: true },
  { name: 'UMD', path: 'dist/ArRTM.umd.js', limit, gzip: true },
];

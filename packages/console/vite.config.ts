import react from '@vitejs/plugin-react';
import { defineConfig, type ProxyOptions } from 'vite';
import { ownSiteOnly } from './own-site.js';
import { precompressed } from './precompressed.js';

/** The server behind the page in development. */
const target = process.env.ARRTM_SERVER ?? 'http://127.0.0.1:9080';

const proxy: Record<string, ProxyOptions> = {
  // With the host that the browser asked for: the server checks it, and compares the origin with it.
  '^/admin(/|$|\\?)': { target },
  // The gateway tells clients the host of their request, and is to tell its own.
  '^/arapi/': { target, changeOrigin: true },
  '^/console.json$': { target },
};

/** Nobody else reads an answer; host names other than this machine's are refused by default, and that must stay so. */
const guarded = { cors: false, allowedHosts: [], proxy };

export default defineConfig({
  // Served by ar-rtm-server under any path.
  base: './',
  plugins: [react(), ownSiteOnly(), precompressed()],
  // The test of the first view has the limit (tests/e2e/console-size.test.ts).
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 1000,
    // Of what the files contain: their licences ask for it.
    license: { fileName: 'THIRD-PARTY-LICENSES.md' },
  },
  server: guarded,
  preview: guarded,
});

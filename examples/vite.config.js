// @ts-check
/** `npm run dev --workspace ar-rtm-examples` serves the pages, for a server at ARRTM_SERVER. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The address that stands in the pages. */
const WRITTEN = 'http://127.0.0.1:9080';
const target = process.env.ARRTM_SERVER ?? WRITTEN;

export default defineConfig({
  // With the SDK as it is published, and not its sources.
  plugins: [react(), { name: 'server-address', transformIndexHtml: (html) => html.replaceAll(WRITTEN, target) }],
  server: {
    port: 5180,
    // The React example names no server: the SDK asks the page's own origin, which is this one.
    proxy: { '/arapi': { target, changeOrigin: true } },
  },
});

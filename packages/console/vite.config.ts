import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Served by ar-rtm-server under any path.
  base: './',
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true },
});

// npm start [-- server arguments]: installs and builds what is missing, then becomes the server.
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './lib/build-steps.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { inRoot } from './lib/root.mjs';

await ensureInstalled();
await ensureBuilt();

// A SIGTERM to npm ends npm and the shell between it and us, and never reaches us: stop when that shell is gone.
if (process.env.npm_lifecycle_event) {
  const { ppid } = process;
  const watch = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}

// For people: lines instead of JSON, unless told otherwise.
process.env.ARRTM_LOG_FORMAT ??= 'pretty';

// In this process, so that signals reach the server itself and its exit code is ours.
const main = inRoot('packages/server/dist/main.js');
process.argv.splice(1, 1, main);
process.setSourceMapsEnabled(true);
await import(pathToFileURL(main).href);

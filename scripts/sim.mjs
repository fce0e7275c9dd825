// npm run sim [-- options]: the deterministic simulator; --help lists the options.
import { ensureInstalled } from './lib/ensure-installed.mjs';

await ensureInstalled();
const { loadSimulator } = await import('./sim-bundle.mjs');
const { main, product } = await loadSimulator();
process.exitCode = await main(product, process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));

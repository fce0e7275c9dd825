// npm run sim:mutants [-- name ...]: plants one bug after the other and counts the seeds that the simulator needs to find it.
import { ensureInstalled } from './lib/ensure-installed.mjs';

const SEEDS = 2000;

await ensureInstalled();
const { loadSimulator } = await import('./sim-bundle.mjs');
const { MUTANTS, ...sound } = await loadSimulator();
const wanted = process.argv.slice(2);
const chosen = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const print = (line) => process.stdout.write(`${line}\n`);
print('| mutant | what is wrong | seeds needed | found by |');
print('| --- | --- | --- | --- |');
let missed = 0;
for (const mutant of chosen) {
  const { deviates, product } = await loadSimulator(mutant);
  let found;
  let seed = 0;
  while (!found && seed < SEEDS) {
    seed += 1;
    found = await deviates(product, seed);
    // What is found without the bug, too, is not the bug.
    if (found && (await sound.deviates(sound.product, seed))) found = undefined;
  }
  if (!found) missed += 1;
  print(`| ${mutant.name} | ${mutant.story} | ${found ? seed : `not within ${SEEDS}`} | ${found ?? ''} |`);
}
print(`\n${chosen.length - missed} of ${chosen.length} mutants found.`);
process.exitCode = missed === 0 ? 0 : 1;

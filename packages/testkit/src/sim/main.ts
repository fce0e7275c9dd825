import { readWishes, USAGE, type Wishes } from './command-line.js';
import type { Product } from './product.js';
import { type RunResult, runSeed } from './world.js';

/** A CI run: fixed seeds, then fresh ones, as many as the time allows. */
const CI_SEEDS = 800;
const CI_FIXED_MINUTES = 1.5;
const CI_FRESH_MINUTES = 0.05;
/** Lines of the trace that are shown about one deviation. */
const TRACE_LINES = 60;

interface Totals {
  seeds: number;
  events: number;
  checks: number;
  deviating: number;
}

/** The simulator as a program; answers its exit code. */
export async function main(product: Product, args: readonly string[], print: (line: string) => void): Promise<number> {
  const wishes = readWishes(args);
  if (!wishes) {
    print(USAGE);
    return args.includes('--help') ? 0 : 2;
  }
  const totals: Totals = { seeds: 0, events: 0, checks: 0, deviating: 0 };
  const began = Date.now();
  if (wishes.isCi) {
    await runMany(product, { ...wishes, from: 1, count: CI_SEEDS, minutes: CI_FIXED_MINUTES }, totals, print);
    const from = (began % 1_000_000_000) + 1_000_000;
    print(`${totals.seeds} fixed seeds; fresh ones from ${from}`);
    const fresh = { ...wishes, from, count: Number.POSITIVE_INFINITY, minutes: CI_FRESH_MINUTES };
    if (totals.deviating === 0) await runMany(product, fresh, totals, print);
  } else await runMany(product, wishes, totals, print);
  const seconds = (Date.now() - began) / 1000;
  const rate = (totals.seeds / seconds).toFixed(1);
  const { seeds, events, checks, deviating } = totals;
  print(
    `${seeds} seeds, ${events} events, ${checks} checks in ${seconds.toFixed(1)} s (${rate} seeds/s): ${deviating} deviate`,
  );
  return deviating === 0 ? 0 : 1;
}

/** Whether a seed deviates; for mutants. */
export async function deviates(product: Product, seed: number): Promise<string | undefined> {
  const { deviations } = await runSeed(product, seed);
  return deviations[0]?.rule;
}

async function runMany(product: Product, wishes: Wishes, totals: Totals, print: (line: string) => void): Promise<void> {
  const endMs = Date.now() + wishes.minutes * 60_000;
  for (let i = 0; i < wishes.count && totals.events < wishes.steps && Date.now() < endMs; i += 1) {
    const result = await runSeed(product, wishes.from + i, wishes.isVerbose);
    totals.seeds += 1;
    totals.events += result.events;
    totals.checks += result.checks;
    if (wishes.isVerbose) {
      for (const line of result.trace) print(line);
      print(`seed ${result.seed} (${result.kind}): ${result.events} events, ${result.checks} checks`);
    }
    if (result.deviations.length === 0) continue;
    totals.deviating += 1;
    await report(product, result, wishes, print);
    if (!wishes.keepsGoing) return;
  }
}

/** Says what is wrong, and shows what led to it: the run is repeated with its trace. */
async function report(
  product: Product,
  result: RunResult,
  wishes: Wishes,
  print: (line: string) => void,
): Promise<void> {
  const { seed, kind, deviations } = result;
  print(`\nDEVIATION at seed ${seed} (${kind}); again with: npm run sim -- --seed ${seed}`);
  for (const { rule, text } of deviations.slice(0, 10)) print(`  ${rule}: ${text}`);
  const [first] = deviations;
  if (!first || wishes.keepsGoing || wishes.isVerbose) return;
  const { trace } = await runSeed(product, seed, true);
  // Texts, apps and users that the deviation names.
  const words = [...new Set(first.text.match(/\d+:u\d+#\d+|\bu\d+#\d+|\bc\d+\b/g) ?? [])];
  const exact = words.filter((word) => word.includes(':'));
  const wanted = exact.length > 0 ? exact : words;
  const relevant = trace.filter((line) => wanted.length === 0 || wanted.some((word) => line.includes(word)));
  print(`  the last of ${relevant.length} events about ${wanted.join(', ') || 'anything'}:`);
  for (const line of relevant.slice(-TRACE_LINES)) print(`  ${line.slice(0, 240)}`);
}

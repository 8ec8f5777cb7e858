import { Command } from 'commander';
import { simulate } from './simulate.ts';

const program = new Command()
  .option('--seeds <n>', '', Number, 1000)
  .option('--first <k>', '', Number, 0)
  .option('--trace')
  .option('--verbose')
  .parse();
const { seeds, first, trace, verbose } = program.opts();
const started = process.hrtime.bigint();
const kinds = new Map<string, number[]>();
let steps = 0;
for (let seed = first; seed < first + seeds; seed += 1) {
  const tell = trace
    ? (time: number, who: string, what: string) =>
        process.stdout.write(
          `${new Date(time).toISOString().slice(8, 23)} ${who.padEnd(14)} ${what}\n`,
        )
    : undefined;
  const ending = await simulate({ seed, tell });
  steps += ending.steps;
  if (ending.verdict) {
    const { kind, detail } = ending.verdict;
    kinds.set(kind, [...(kinds.get(kind) ?? []), seed]);
    if (verbose || trace) process.stdout.write(`${seed} ${kind} ${detail}\n`);
  }
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
for (const [kind, list] of kinds)
  process.stdout.write(`${kind}: ${list.length} (${list.slice(0, 8).join(' ')})\n`);
process.stdout.write(
  `${seeds} histories in ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(0)} a second, ${(steps / seeds).toFixed(0)} steps each\n`,
);

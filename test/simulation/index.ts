import { Command, InvalidArgumentError } from 'commander';
import { failureText } from './failure-text.ts';
import { historyOf } from './history.ts';
import { say, tellingTo } from './printer.ts';
import { type Ending, simulate } from './simulate.ts';

interface Options {
  seeds: number;
  first: number;
  operations?: string[];
  faults?: string[];
  trace?: true;
  judged?: true;
  shrink: number;
}

const program = new Command('simulate')
  .description(
    'Run the use cases through histories of uploads, edits, take-downs and faults, in virtual time; one seed is one history.',
  )
  .option('--seeds <n>', 'how many histories', whole, 1000)
  .option('--first <k>', 'seed of the first', whole, 0)
  .option('--operations <ids>', 'of the history only these, such as o0,o3', words)
  .option('--faults <ids>', 'of its faults only these; an empty text is none', words)
  .option('--judged', 'each rule of each list has its pictures judged')
  .option('--trace', 'say all that happens')
  .option('--shrink <n>', 'of each kind of failure, so many as small as they get', whole, 1)
  .action(run);
await program.parseAsync();

async function run(options: Options): Promise<void> {
  const started = process.hrtime.bigint();
  const kinds = new Map<string, Ending[]>();
  let steps = 0;
  for (let seed = options.first; seed < options.first + options.seeds; seed += 1) {
    const ending = await one(seed, options);
    steps += ending.steps;
    const kind = ending.verdict?.kind;
    if (kind === undefined) continue;
    const known = kinds.get(kind) ?? [];
    kinds.set(kind, [...known, ending]);
    if (known.length < options.shrink && !options.trace) say(`\n${await failureText(ending)}`);
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  for (const [kind, endings] of kinds) {
    const seeds = endings.slice(0, 12).map(({ seed }) => seed);
    say(`${kind}: ${endings.length}, such as ${seeds.join(' ')}`);
  }
  const { user, system } = process.cpuUsage();
  const perCpu = (options.seeds / ((user + system) / 1e6)).toFixed(0);
  say(
    `${options.seeds} histories in ${seconds.toFixed(1)} s (${perCpu} for each second of a core), ${(steps / options.seeds).toFixed(0)} steps each`,
  );
  if (kinds.size > 0) process.exitCode = 1;
}

async function one(seed: number, options: Options): Promise<Ending> {
  const { operations, faults, trace, judged } = options;
  const whole = { ...historyOf(seed), ...(judged ? { isJudged: judged } : {}) };
  const history = operations
    ? { ...whole, operations: whole.operations.filter(({ id }) => operations.includes(id)) }
    : whole;
  const ending = await simulate({
    seed,
    history,
    only: faults && new Set(faults),
    tell: trace && tellingTo(say),
  });
  if (trace) say(`${seed}: ${ending.verdict?.kind ?? 'right'} ${ending.verdict?.detail ?? ''}`);
  return ending;
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Expected a whole number from 0.');
}

function words(text: string): string[] {
  return text.split(',');
}

import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { coldStart } from './cold-start.ts';
import { type Contest, contests } from './contests.ts';
import { printColdStart, printTargets, printWorkers, ratios } from './print.ts';
import { hold, type Results } from './results.ts';
import { ensurePeers, open, originals } from './workshop.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    tuning: { type: 'boolean', default: false },
    bytes: { type: 'boolean', default: false },
    bulk: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    bounds: { type: 'boolean', default: false },
    seconds: { type: 'boolean', default: false },
    encoders: { type: 'boolean', default: false },
    rehearse: { type: 'boolean', default: false },
    ready: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    watermark: { type: 'boolean', default: false },
    unasked: { type: 'boolean', default: false },
    uploads: { type: 'string', default: '200' },
  },
});

if (options.bounds) {
  const { bounds } = await import('./bounds.ts');
  process.exitCode = (await bounds(options.only)) ? 0 : 1;
} else if (options.seconds) {
  const { boundsOfTime } = await import('./bounds-time.ts');
  await boundsOfTime(options.only);
} else if (options.encoders) {
  const { encoders } = await import('./encoders.ts');
  process.exitCode = (await encoders(options.only)) ? 0 : 1;
} else if (options.tuning) {
  await ensurePeers();
  const { tune } = await import('./tuning.ts');
  await tune();
} else if (options.bytes) {
  await ensurePeers();
  const { bytes } = await import('./bytes.ts');
  await bytes();
} else if (options.rehearse) {
  const { rehearse } = await import('./rehearse.ts');
  process.exitCode = (await rehearse(Number(options.uploads))) ? 0 : 1;
} else if (options.keep) {
  const { keep } = await import('./keep.ts');
  process.exitCode = (await keep()) ? 0 : 1;
} else if (options.watermark) {
  const { watermarked } = await import('./watermark.ts');
  process.exitCode = (await watermarked()) ? 0 : 1;
} else if (options.unasked) {
  const { unasked } = await import('./unasked.ts');
  process.exitCode = (await unasked()) ? 0 : 1;
} else if (options.ready) {
  const { ready } = await import('./ready.ts');
  await ready(Number(options.uploads));
} else {
  await measure();
}

async function measure(): Promise<void> {
  await open();
  if (options.live) {
    const { live } = await import('./live.ts');
    await live();
  } else if (options.bulk) {
    const { bulk } = await import('./bulk.ts');
    await bulk(options.quick);
  } else {
    await compare();
  }
}

async function compare(): Promise<void> {
  const [{ model = 'unknown' } = {}] = cpus();
  console.log(
    `${availableParallelism()} cores of ${model.trim()}, Node ${process.version}, ${originals}`,
  );
  const results: Results = {};
  for (const contest of chosen()) {
    results[contest.name] = await hold(contest, tell);
    tell('');
    printWorkers(contest.name, results[contest.name] ?? {});
  }
  const isColdWanted = !options.only || 'cold start'.includes(options.only);
  const cold = isColdWanted ? await coldStart(options.quick ? 3 : 9) : undefined;
  if (cold) printColdStart(cold);
  printTargets(results);
  if (options.json) console.log(JSON.stringify({ ...ratios(results), ...cold }));
}

/** --quick leaves out what takes long; --only takes the contests whose names hold the text. */
function chosen(): Contest[] {
  const { only, quick } = options;
  const named = contests.filter(({ name }) => !only || name.includes(only));
  if (!quick) return named;
  return named.flatMap(contest => (contest.quick ? [{ ...contest, ...contest.quick }] : []));
}

/** One line that is written over, where a person watches. */
function tell(step: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${step}`);
}

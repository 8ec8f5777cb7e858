import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';
import type { OutputFormat } from '../shared/core/list/preset-list.ts';
import { corpus, type Sample } from './corpus.ts';
import { openJudge } from './judge.ts';
import { type Formats, type Made, open } from './sampling.ts';
import { median, percentile } from './statistics.ts';

/** The preset whose files are most of what people look at. */
const PRESET = 'feed';
const FORMATS = ['jpeg', 'webp', 'avif'] as const;
const LISTS = { before: 'bench/shipped-before.yaml', after: 'presets.yaml' } as const;
type Side = keyof typeof LISTS;

export interface Pair {
  sample: Sample;
  before: Made;
  after: Made;
}

/** The shipped list before its formats were tuned, and as it is, on the same pictures. */
export async function bytes(): Promise<void> {
  const { pairs, shared } = await measured();
  const samples = new Set(pairs.map(({ sample }) => sample.name));
  console.log(`${samples.size} pictures, ${pairs.length} files for each list`);
  console.log('| format | bytes | median before | after | 5th percentile before | after | CPU |');
  console.log('|---|---|---|---|---|---|---|');
  for (const format of FORMATS)
    printFormat(
      format,
      pairs.filter(one => one.after.format === format),
    );
  printFormat('all', pairs);
  console.log(
    `\nWith decoding, resizing and, after, measuring the content: ${wholeOf(pairs, shared)}`,
  );
  console.log(
    '\n| kind | pictures | jpeg | webp | avif | all | CPU |\n|---|---|---|---|---|---|---|',
  );
  for (const kind of new Set(pairs.map(({ sample }) => sample.kind))) {
    const some = pairs.filter(one => one.sample.kind === kind);
    const of = (format?: OutputFormat) =>
      share(some.filter(one => !format || one.after.format === format));
    const count = new Set(some.map(({ sample }) => sample.name)).size;
    console.log(
      `| ${kind} | ${count} | ${FORMATS.map(of).join(' | ')} | ${of()} | ${cpuOf(some)} |`,
    );
  }
  printWorst(pairs);
}

type Shared = Awaited<ReturnType<typeof open>>['shared'];

async function measured(): Promise<{ pairs: Pair[]; shared: Shared[] }> {
  const judge = await openJudge();
  const lists = { before: await formatsOf('before'), after: await formatsOf('after') };
  const pairs: Pair[] = [];
  const shared: Shared[] = [];
  for (const sample of await corpus()) {
    const opened = await open(sample, judge);
    const sides: Record<Side, Made[]> = { before: [], after: [] };
    for (const side of ['before', 'after'] as const) {
      for await (const { file: _, pixels: _p, ...made } of opened.make(lists[side]))
        sides[side].push(made);
    }
    for (const before of sides.before) {
      const after = sides.after.find(
        one => one.format === before.format && one.width === before.width,
      );
      if (after) pairs.push({ sample, before, after });
    }
    shared.push(opened.shared);
    tell(`${pairs.length} files`);
  }
  tell('');
  return { pairs, shared };
}

async function formatsOf(side: Side): Promise<Formats> {
  const path = join(import.meta.dirname, '..', LISTS[side]);
  const { list } = presetsOrThrow(await readFile(path, 'utf8'), path);
  const preset = list.presets.find(({ name }) => name === PRESET);
  if (!preset) throw new Error(`expected a preset ${PRESET} in ${path}, there is none`);
  return preset.formats;
}

function sum(pairs: Pair[], side: Side, what: 'bytes' | 'cpuMs'): number {
  return pairs.reduce((total, pair) => total + pair[side][what], 0);
}

function share(pairs: Pair[]): string {
  const percent = 100 * (sum(pairs, 'after', 'bytes') / sum(pairs, 'before', 'bytes') - 1);
  return `${percent.toFixed(1)} %`;
}

function printFormat(name: string, pairs: Pair[]): void {
  const scores = (side: Side) => pairs.map(pair => pair[side].score);
  const figures = [
    ...(['before', 'after'] as const).map(side => median(scores(side)).toFixed(1)),
    ...(['before', 'after'] as const).map(side => percentile(scores(side), 0.05).toFixed(1)),
  ];
  console.log(`| ${name} | ${share(pairs)} | ${figures.join(' | ')} | ${cpuOf(pairs)} |`);
}

function wholeOf(pairs: Pair[], shared: Shared[]): string {
  const pixels = shared.reduce((total, one) => total + one.pixels, 0);
  const content = shared.reduce((total, one) => total + one.content, 0);
  const [before, after] = [sum(pairs, 'before', 'cpuMs'), sum(pairs, 'after', 'cpuMs')];
  const times = (after + pixels + content) / (before + pixels);
  const seconds = [before, pixels, content].map(ms => (ms / 1000).toFixed(1));
  return `${times.toFixed(2)} x the CPU (encoders before, pixels, content: ${seconds.join(', ')} s)`;
}

function cpuOf(pairs: Pair[]): string {
  const [before, after] = [sum(pairs, 'before', 'cpuMs'), sum(pairs, 'after', 'cpuMs')];
  return `${(after / before).toFixed(2)} x of ${(before / 1000).toFixed(1)} s`;
}

const WORST = 10;

function printWorst(pairs: Pair[]): void {
  for (const side of ['before', 'after'] as const) {
    console.log(`\nWorst ${side}: score, bytes`);
    const worst = [...pairs].sort((a, b) => a[side].score - b[side].score).slice(0, WORST);
    for (const pair of worst) {
      const { format, width, score, bytes } = pair[side];
      const other = pair[side === 'before' ? 'after' : 'before'];
      const beside = `(the other list: ${other.score.toFixed(1)}, ${other.bytes})`;
      console.log(
        `  ${score.toFixed(1)} ${bytes} ${pair.sample.name} ${width} ${format} ${beside}`,
      );
    }
  }
}

/** One line that is written over, where a person watches. */
function tell(step: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${step}`);
}

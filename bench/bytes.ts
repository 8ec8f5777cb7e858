import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measure } from '../cli/measure/measure.ts';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';
import type { OutputFormat, PresetList } from '../shared/core/list/preset-list.ts';
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
  const pictures = await corpus();
  const pairs = await measured(pictures);
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
  await wholeSets(pictures);
}

async function measured(pictures: Sample[]): Promise<Pair[]> {
  const judge = await openJudge();
  const lists = { before: await formatsOf('before'), after: await formatsOf('after') };
  const pairs: Pair[] = [];
  for (const sample of pictures) {
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
    tell(`${pairs.length} files`);
  }
  tell('');
  return pairs;
}

async function listOf(side: Side): Promise<PresetList> {
  const path = join(import.meta.dirname, '..', LISTS[side]);
  return presetsOrThrow(await readFile(path, 'utf8'), path).list;
}

async function formatsOf(side: Side): Promise<Formats> {
  const list = await listOf(side);
  const preset = list.presets.find(({ name }) => name === PRESET);
  if (!preset) throw new Error(`expected a preset ${PRESET} in ${LISTS[side]}, there is none`);
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

function cpuOf(pairs: Pair[]): string {
  const [before, after] = [sum(pairs, 'before', 'cpuMs'), sum(pairs, 'after', 'cpuMs')];
  return `${(after / before).toFixed(2)} x of ${(before / 1000).toFixed(1)} s`;
}

interface Taken {
  bytes: number;
  cpuSeconds: number;
}

/** All that an upload makes by each list, from the decode on, in turns. */
async function wholeSets(pictures: Sample[]): Promise<void> {
  const lists = { before: await listOf('before'), after: await listOf('after') };
  const kinds = new Map<string, Record<Side, Taken>[]>();
  for (const { kind, file } of pictures) {
    const photo = { key: 'any/picture', read: async () => file };
    const taken = async (side: Side) => {
      const { renditions, cpuSeconds } = await measure(photo, { list: lists[side] });
      return { bytes: renditions.reduce((total, { bytes }) => total + bytes, 0), cpuSeconds };
    };
    const sets = { before: await taken('before'), after: await taken('after') };
    kinds.set(kind, [...(kinds.get(kind) ?? []), sets]);
  }
  console.log('\n| all presets | MB before | after | | CPU s before | after | |');
  console.log('|---|---|---|---|---|---|---|');
  for (const [kind, sets] of kinds) printSets(kind, sets);
  printSets('all', [...kinds.values()].flat());
}

function printSets(name: string, sets: Record<Side, Taken>[]): void {
  const of = (side: Side, what: keyof Taken) =>
    sets.reduce((total, one) => total + one[side][what], 0);
  const [before, after] = [of('before', 'bytes') / 1e6, of('after', 'bytes') / 1e6];
  const seconds = [of('before', 'cpuSeconds'), of('after', 'cpuSeconds')] as const;
  const figures = [
    before.toFixed(1),
    after.toFixed(1),
    `${(100 * (after / before - 1)).toFixed(1)} %`,
    ...seconds.map(one => one.toFixed(1)),
    `${(seconds[1] / seconds[0]).toFixed(2)} x`,
  ];
  console.log(`| ${name} | ${figures.join(' | ')} |`);
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

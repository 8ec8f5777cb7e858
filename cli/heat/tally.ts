import type { Cells } from '../../shared/core/work/cells.ts';
import { AGES, ageOf, type HeatCell } from '../../shared/core/work/heat.ts';
import { type AskedFile, pathReader } from './asked-path.ts';
import { type LogLine, newLogLine, readLogLine } from './log-line.ts';
import { countOf, merged, newSketch, note, type Sketch } from './sketch.ts';
import type { UploadDays } from './upload-days.ts';

/** What lines of a log come to, in memory that grows with the list alone. */

/** What a line is; only views are counted by file. */
export const KINDS = [
  'views',
  'redirects',
  'manifests',
  'missing',
  'refused',
  'others',
  'elsewhere',
  'broken',
] as const;
type Kind = (typeof KINDS)[number];

/** Of a log kept for a month, for years: a line that names an hour beyond is taken for broken. */
const MOST_HOURS = 24 * 800;

export interface Tally {
  lines: Record<Kind, number>;
  hours: Set<number>;
  cells(): Omit<HeatCell, 'stored'>[];
  /** Whether it could be read. */
  take(bytes: Buffer, start: number, end: number): boolean;
  broken(): void;
}

interface Counted {
  cells: Cells;
  days: UploadDays | undefined;
  /** Only lines of this host count. */
  host: string | undefined;
}

export function newTally({ cells, days, host }: Counted): Tally {
  const lines = Object.fromEntries(KINDS.map(kind => [kind, 0])) as Record<Kind, number>;
  const hours = new Set<number>();
  const counters = newCounters(cells.all.length * AGES.length);
  const line = newLogLine();
  const paths = pathReader();
  const isHost = hostTest(host);
  const kindOf = (bytes: Buffer): Kind => {
    if (!isHost(bytes, line)) return 'elsewhere';
    const refusal = refusalOf(line.status);
    if (refusal) return refusal;
    const what = paths.read(bytes, line.pathStart, line.pathEnd);
    if (what === 'manifest') return 'manifests';
    return what === 'file' && line.isGet && isAnswer(line) ? 'views' : 'others';
  };
  const indexFor = indexes(cells);
  const view = ({ name, original, file }: AskedFile) => {
    const uploaded = days?.of(original);
    const age = ageOf(uploaded === undefined ? undefined : line.day - uploaded);
    const index = indexFor(name) * AGES.length + age;
    count(counters, index, line);
    note(sketchOf(counters, index), file.high, file.low);
  };
  return {
    lines,
    hours,
    cells: () => cellsOf(cells, counters),
    broken: () => {
      lines.broken += 1;
    },
    take: (bytes, start, end) => {
      if (!readLogLine(bytes, start, end, line) || !isHourOf(hours, line.hour)) {
        lines.broken += 1;
        return false;
      }
      const kind = kindOf(bytes);
      lines[kind] += 1;
      if (kind === 'views') view(paths.asked);
      return true;
    },
  };
}

function isHourOf(hours: Set<number>, hour: number): boolean {
  if (hours.has(hour)) return true;
  if (hours.size >= MOST_HOURS) return false;
  hours.add(hour);
  return true;
}

function refusalOf(status: number): Kind | undefined {
  if (status === 404 || status === 410) return 'missing';
  if (status >= 400) return 'refused';
  return status >= 300 && status !== 304 ? 'redirects' : undefined;
}

/** Of a file of ours, which is written by one PUT: what OSS takes. Sums stay what JSON can hold. */
const MOST_BYTES = 5 * 2 ** 30;

/** Bytes, a part of them, or the word that the client's are good. */
function isAnswer({ status, bytes }: LogLine): boolean {
  return bytes <= MOST_BYTES && (status === 200 || status === 206 || status === 304);
}

function hostTest(host: string | undefined): (bytes: Buffer, line: LogLine) => boolean {
  if (host === undefined) return () => true;
  const own = Buffer.from(host.toLowerCase());
  return (bytes, { hostStart, hostEnd }) =>
    hostEnd - hostStart === own.length &&
    own.every((code, index) => inLowerCase(bytes[hostStart + index]) === code);
}

function inLowerCase(code = 0): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

/** The names of a path reader are the same object for the same segment. */
function indexes(cells: Cells): (name: AskedFile['name']) => number {
  const known = new WeakMap<AskedFile['name'], number>();
  return name => {
    const index = known.get(name) ?? cells.indexOf(name);
    known.set(name, index);
    return index;
  };
}

/** By cell and age. */
interface Counters {
  views: Float64Array;
  hits: Float64Array;
  bytes: Float64Array;
  missBytes: Float64Array;
  sketches: (Sketch | undefined)[];
}

function newCounters(size: number): Counters {
  const zeros = () => new Float64Array(size);
  return {
    views: zeros(),
    hits: zeros(),
    bytes: zeros(),
    missBytes: zeros(),
    sketches: new Array<Sketch | undefined>(size).fill(undefined),
  };
}

function count(
  { views, hits, bytes, missBytes }: Counters,
  index: number,
  { isHit, bytes: answered }: LogLine,
): void {
  views[index] = (views[index] ?? 0) + 1;
  bytes[index] = (bytes[index] ?? 0) + answered;
  if (isHit) hits[index] = (hits[index] ?? 0) + 1;
  else missBytes[index] = (missBytes[index] ?? 0) + answered;
}

function sketchOf({ sketches }: Counters, index: number): Sketch {
  const there = sketches[index];
  if (there) return there;
  const sketch = newSketch();
  sketches[index] = sketch;
  return sketch;
}

function cellsOf(cells: Cells, counters: Counters): Omit<HeatCell, 'stored'>[] {
  return cells.all.map(({ preset, format, width }, cell) => {
    const at = (age: number) => cell * AGES.length + age;
    const sketches = AGES.flatMap((_, age) => counters.sketches[at(age)] ?? []);
    const viewed = AGES.map((age, number) => viewedAt(counters, at(number), age));
    return {
      preset: preset ?? null,
      format,
      width: width ?? null,
      files: countOf(merged(sketches)),
      viewed: viewed.filter(({ views }) => views > 0),
    };
  });
}

function viewedAt(counters: Counters, index: number, age: (typeof AGES)[number]) {
  const { views, hits, bytes, missBytes, sketches } = counters;
  const sketch = sketches[index];
  return {
    age,
    views: views[index] ?? 0,
    hits: hits[index] ?? 0,
    bytes: bytes[index] ?? 0,
    missBytes: missBytes[index] ?? 0,
    files: sketch ? countOf(sketch) : 0,
  };
}

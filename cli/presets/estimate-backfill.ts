import {
  billFor,
  INSTANCE,
  computeUnits,
  OSS_REQUESTS_PER_SECOND,
  type Prices,
  usdForUnits,
} from '../../shared/core/work/cost.ts';
import type { ServiceDefinition } from '../../local/service-definition.ts';
import { functionIn } from '../cloud/declared.ts';
import { grouped, inColumns, rough, usdAsText } from '../terminal/figures.ts';
import type { Projection } from '../measure/projection.ts';

/** What the originals that are there already cost and how long they take, by how many instances work on them. */
export interface BackfillEstimate {
  originals: number;
  /** As s.yaml has it. */
  shipped: number;
  /** Beyond which OSS refuses requests. */
  mostInstances: number;
  rows: BackfillRow[];
}

export interface BackfillRow {
  reservedConcurrency: number;
  seconds: number;
  doneAt: string;
  originalsPerSecond: number;
  requestsPerSecond: number;
  usd: number;
}

/** Of one invocation, where `darkroom backfill` is told nothing else. */
const BATCH = 100;
const STEPS = [100, 300, 1000, 3000];
const FUNCTION = 'backfill';

export interface BackfillWork {
  originals: number;
  upload: Projection;
  prices: Prices;
  shipped: number;
  now: Date;
}

export function shippedConcurrency(service: ServiceDefinition): number {
  const own = functionIn(service, FUNCTION).reservedConcurrency;
  if (own === undefined)
    throw new Error(`expected ${FUNCTION} to have reservedConcurrency in s.yaml`);
  return own;
}

export function estimateBackfill(work: BackfillWork): BackfillEstimate {
  const { originals, upload, shipped } = work;
  const requests = upload.puts + upload.gets;
  const most = Math.max(
    1,
    Math.floor((OSS_REQUESTS_PER_SECOND.account * upload.seconds) / requests),
  );
  const some = [shipped, ...STEPS, most].filter(one => one >= 1 && one <= Math.max(most, shipped));
  const rows = [...new Set(some)].sort((a, b) => a - b).map(one => rowOf(one, work));
  return { originals, shipped, mostInstances: most, rows };
}

function rowOf(reservedConcurrency: number, work: BackfillWork): BackfillRow {
  const { originals, upload, now } = work;
  const originalsPerSecond = reservedConcurrency / upload.seconds;
  const seconds = originals / originalsPerSecond;
  return {
    reservedConcurrency,
    seconds,
    doneAt: new Date(now.getTime() + seconds * 1000).toISOString(),
    originalsPerSecond,
    requestsPerSecond: originalsPerSecond * (upload.puts + upload.gets),
    usd: usdFor(seconds, work),
  };
}

const MONTH_SECONDS = 30 * 86_400;

/** Each month has its own cheaper tiers: what takes longer costs more. */
function usdFor(seconds: number, { originals, upload, prices }: BackfillWork): number {
  const invocations = originals / BATCH;
  const units = computeUnits({ ...INSTANCE, invocations, seconds: originals * upload.seconds });
  const months = Math.max(1, seconds / MONTH_SECONDS);
  const [puts, gets] = [originals * upload.puts, originals * upload.gets];
  const { requests } = billFor({ invocations: 0, seconds: 0, puts, gets }, prices);
  return months * usdForUnits(units / months, prices) + requests;
}

export function tellBackfill(estimate: BackfillEstimate, upload: Projection): string {
  const { originals, shipped, mostInstances, rows } = estimate;
  const head = ['instances', 'takes', 'done', 'originals/s', 'OSS requests/s', 'USD'];
  const cells = rows.map(row => [
    grouped(row.reservedConcurrency) + (row.reservedConcurrency === shipped ? ' (s.yaml)' : ''),
    daysAsText(row.seconds),
    row.doneAt.slice(0, 10),
    rough(row.originalsPerSecond),
    grouped(row.requestsPerSecond),
    usdAsText(row.usd).replace('USD ', ''),
  ]);
  return [
    `A backfill of ${grouped(originals)} originals, ${rough(upload.seconds)} seconds and ${rough(upload.puts + upload.gets)} requests to OSS each, by the reservedConcurrency of darkroom-backfill:`,
    '',
    inColumns([head, ...cells], [1, 2, 3, 4, 5]),
    '',
    `OSS takes ${grouped(OSS_REQUESTS_PER_SECOND.account)} requests a second of an account: more than ${grouped(mostInstances)} instances are no faster unless that is raised, and uploads need their part.`,
    'Hand over no faster than they work (backfill --rate, originals a second): by its documents FC gives up a batch for which no instance was free for five hours.',
    'The instances are reserved: uploads have so many fewer of the quota. With two originals side by side in an instance it may be somewhat faster.',
  ].join('\n');
}

function daysAsText(seconds: number): string {
  const days = seconds / 86_400;
  if (days >= 2 * 365) return `${rough(days / 365)} years`;
  return days >= 2 ? `${rough(days)} days` : `${rough(seconds / 3600)} hours`;
}

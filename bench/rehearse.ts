import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { ownPhotos } from '../cli/measure/photos.ts';
import { atSeconds } from '../cli/rehearse/model/load.ts';
import { simulate } from '../cli/rehearse/model/simulate.ts';
import { RETRIES } from '../shared/adapters/oss/calling.ts';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';
import { pressureMilliseconds } from '../shared/core/list/times.ts';
import {
  ATTRIBUTES,
  type LocalPlatform,
  PUTS_SIDE_BY_SIDE,
  root,
  startPlatform,
  UPLOADS,
} from './platform.ts';

/** Of what was measured. */
const TOLERANCE = 0.2;

interface Happening {
  kind: string;
  function: string;
  requestId: string;
  milliseconds: number;
  result?: { reports: { deferred?: number }[] };
}

/** Of one upload, in seconds since the first was queued. */
interface Upload {
  queued: number;
  ended: number;
  /** Inside the instance. */
  service: number;
  /** What is not urgent was left for later. */
  isDeferred: boolean;
}

/**
 * Uploads all at once through the local platform, and the same by `rehearse`, which is told when they were queued and
 * what each took in its instance: what it has to find is how long they wait.
 */
export async function rehearse(count: number): Promise<boolean> {
  if (!(count > 0)) throw new Error(`expected a number of uploads (--uploads), received ${count}`);
  const shipped = await readFile(join(root, 'presets.yaml'), 'utf8');
  console.log('The shipped list without pressure');
  const calm = await spike(count, shipped.replace(/^pressure: .*$/m, ''));
  console.log('\nThe shipped list');
  const pressed = await spike(count, shipped);
  return calm && pressed;
}

async function spike(count: number, list: string): Promise<boolean> {
  const data = await mkdtemp(join(tmpdir(), 'darkroom-rehearse-'));
  const presets = join(data, 'presets.yaml');
  await writeFile(presets, list);
  const watch = openWatch();
  const words = ['--presets', presets];
  const platform = await startPlatform(join(data, 'data'), words, said =>
    watch.hear(said as Happening),
  );
  try {
    // Until each instance is warm.
    await upload(platform, 'warm', 2 * availableParallelism());
    await watch.idle();
    watch.reset();
    const [before = 0] = loadavg();
    await upload(platform, 'spike', count);
    const uploads = await watch.idle();
    return tell(
      uploads,
      before,
      pressureMilliseconds(presetsOrThrow(list, 'presets.yaml').list) / 1000,
    );
  } finally {
    await platform.close();
    await rm(data, { recursive: true, force: true });
  }
}

async function upload({ store }: LocalPlatform, folder: string, count: number): Promise<void> {
  const photos = await Promise.all(ownPhotos().map(({ read }) => read()));
  const put = async (index: number) => {
    const photo = photos[index % photos.length];
    if (photo) await store.put(`${folder}/${index}.jpg`, photo, ATTRIBUTES);
  };
  const limit = pLimit(PUTS_SIDE_BY_SIDE);
  await Promise.all(Array.from({ length: count }, (_, index) => limit(() => put(index))));
}

const LOOK_EVERY_MS = 100;

function openWatch() {
  const uploads = new Map<string, Partial<Upload>>();
  let begun = performance.now();
  let hasFailed = false;
  const now = () => (performance.now() - begun) / 1000;
  const all = () => [...uploads.values()];
  return {
    hear({ kind, function: name, requestId, milliseconds, result }: Happening): void {
      if (name !== UPLOADS) return;
      if (kind === 'queued' && uploads.size === 0) begun = performance.now();
      if (kind === 'queued') uploads.set(requestId, { queued: now() });
      hasFailed ||= kind === 'failed';
      const upload = uploads.get(requestId);
      if (kind !== 'succeeded' || !upload) return;
      upload.ended = now();
      upload.service = milliseconds / 1000;
      upload.isDeferred = result?.reports.some(({ deferred = 0 }) => deferred > 0) ?? false;
    },
    /** All that were queued have ended. */
    async idle(): Promise<Upload[]> {
      while (uploads.size === 0 || all().some(({ ended }) => ended === undefined)) {
        if (hasFailed) throw new Error('expected every upload to be developed, one failed');
        await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
      }
      return all() as Upload[];
    },
    reset: () => uploads.clear(),
  };
}

function predicted(uploads: Upload[], afterSeconds: number) {
  const instances = availableParallelism();
  const { ready, endedAfterSeconds, queue, deferred } = simulate({
    load: atSeconds(uploads.map(({ queued }) => queued)),
    work: {
      serviceSeconds: secondsOf(uploads.filter(({ isDeferred }) => !isDeferred)),
      pressure: {
        afterSeconds,
        puts: 0,
        serviceSeconds: secondsOf(uploads.filter(({ isDeferred }) => isDeferred)),
      },
      puts: 0,
      gets: 0,
      inTurn: 0,
      failing: 0,
    },
    // The host keeps one line for all instances, and they are there.
    cloud: {
      mostInstances: instances,
      provisioned: instances,
      burst: instances,
      coldStart: 0,
      idle: Number.POSITIVE_INFINITY,
      waiting: 'line',
      longestBackOff: 0,
      eventAge: 86_400,
      retries: 0,
      oss: { requestsPerSecond: Number.POSITIVE_INFINITY, retries: RETRIES },
    },
    seed: 1,
  });
  const { p50, p95, p99 } = ready;
  return { drained: endedAfterSeconds, p50, p95, p99, queue: queue.uploads, deferred };
}

const secondsOf = (uploads: Upload[]) => uploads.map(({ service }) => service);

function measured(uploads: Upload[]): ReturnType<typeof predicted> {
  const ready = uploads.map(({ queued, ended }) => ended - queued).sort((a, b) => a - b);
  const quantile = (share: number) => ready[Math.ceil(share * ready.length) - 1] ?? 0;
  return {
    drained: Math.max(...uploads.map(({ ended }) => ended)),
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    queue: longestQueue(uploads),
    deferred: uploads.filter(({ isDeferred }) => isDeferred).length,
  };
}

/** Queued, and not begun: one begins as long before its end as it takes. */
function longestQueue(uploads: Upload[]): number {
  const begins = uploads.map(({ ended, service }) => ended - service);
  const waiting = (at: number) =>
    uploads.filter(({ queued }, index) => queued <= at && (begins[index] ?? 0) > at).length;
  return Math.max(...uploads.map(({ queued }) => waiting(queued)));
}

function tell(uploads: Upload[], load: number, afterSeconds: number): boolean {
  const [ours, theirs] = [predicted(uploads, afterSeconds), measured(uploads)];
  const cores = availableParallelism();
  console.log(
    `${uploads.length} uploads at once, ${cores} instances on ${cores} cores; load before: ${load.toFixed(1)}`,
  );
  const rows = [
    ['last ready after, s', ours.drained, theirs.drained],
    ['ready p50, s', ours.p50, theirs.p50],
    ['ready p95, s', ours.p95, theirs.p95],
    ['ready p99, s', ours.p99, theirs.p99],
    ['longest queue', ours.queue, theirs.queue],
    ['left for later', ours.deferred, theirs.deferred],
  ] as const;
  console.log(`${''.padEnd(22)}  predicted  measured  ratio`);
  for (const [name, mine, real] of rows) {
    const figures = [mine.toFixed(1).padStart(9), real.toFixed(1).padStart(8)];
    console.log(`${name.padEnd(22)}  ${figures.join('  ')}  ${(mine / real).toFixed(2)}`);
  }
  return Math.abs(ours.drained / theirs.drained - 1) <= TOLERANCE;
}

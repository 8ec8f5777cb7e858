import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { ownPhotos } from '../cli/measure/photos.ts';
import { readyTimesOf } from '../cli/inspect/ready-times.ts';
import {
  ATTRIBUTES,
  type LocalPlatform,
  PUTS_SIDE_BY_SIDE,
  startPlatform,
  UPLOADS,
} from './platform.ts';

const ONE_BY_ONE = 15;

interface Happening {
  kind: string;
  function: string;
  result?: { reports: { key: string }[] };
}

/**
 * From an upload's answer to its ready message, as somebody sees it who uploads: one after the other on warm instances,
 * and then all at once.
 */
export async function ready(count: number): Promise<void> {
  if (!(count > 0)) throw new Error(`expected a number of uploads (--uploads), received ${count}`);
  const data = await mkdtemp(join(tmpdir(), 'darkroom-ready-'));
  const [, photo] = await Promise.all(ownPhotos().map(({ read }) => read()));
  if (!photo) throw new Error('expected photos of development, the second is not there');
  const watch = openWatch();
  const platform = await startPlatform(data, [], said => watch.hear(said as Happening));
  try {
    const upload = uploadTo(platform, watch, photo);
    await atOnce(2 * availableParallelism(), index => upload(`warm/${index}.jpg`));
    const [before = 0] = loadavg();
    const alone: number[] = [];
    for (let index = 0; index < ONE_BY_ONE; index += 1) {
      alone.push(await (await upload(`one/${index}.jpg`))());
    }
    const together = await atOnce(count, index => upload(`many/${index}.jpg`));
    tell({ alone, together, before });
  } finally {
    await platform.close();
    await rm(data, { recursive: true, force: true });
  }
}

function openWatch() {
  const ended = new Map<string, number>();
  const waiting = new Map<string, () => void>();
  let hasFailed = false;
  return {
    hear({ kind, function: name, result }: Happening): void {
      if (name !== UPLOADS) return;
      hasFailed ||= kind === 'failed';
      const reports = kind === 'succeeded' ? (result?.reports ?? []) : [];
      for (const { key } of reports) ended.set(key, performance.now());
      const due = hasFailed ? [...waiting.keys()] : reports.map(({ key }) => key);
      for (const key of due) waiting.get(key)?.();
    },
    /** When its ready message came. */
    async endOf(key: string): Promise<number> {
      if (!ended.has(key)) await new Promise<void>(resolve => waiting.set(key, resolve));
      const end = ended.get(key);
      if (hasFailed || end === undefined) {
        throw new Error('expected every upload to be developed, one failed');
      }
      return end;
    },
  };
}

/** Once OSS has answered the upload, what is left of the wait: in milliseconds. */
type Upload = (key: string) => Promise<() => Promise<number>>;

function uploadTo(
  { store }: LocalPlatform,
  watch: ReturnType<typeof openWatch>,
  photo: Buffer,
): Upload {
  return async key => {
    await store.put(key, photo, ATTRIBUTES);
    const answered = performance.now();
    return async () => Math.max(0, (await watch.endOf(key)) - answered);
  };
}

async function atOnce(
  count: number,
  upload: (index: number) => ReturnType<Upload>,
): Promise<number[]> {
  const limit = pLimit(PUTS_SIDE_BY_SIDE);
  const one = async (index: number) => await (await limit(() => upload(index)))();
  return await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
}

interface Told {
  alone: number[];
  together: number[];
  /** Load. */
  before: number;
}

function tell({ alone, together, before }: Told): void {
  const cores = availableParallelism();
  console.log(
    `13 MP, from the upload’s answer to its ready message, ${cores} instances on ${cores} cores; load before: ${before.toFixed(1)}`,
  );
  const [one, many] = [readyTimesOf(alone), readyTimesOf(together)];
  console.log(`${''.padEnd(18)}  one by one  ${together.length} at once  ratio`);
  for (const name of ['p50', 'p99', 'worst'] as const) {
    const [a, b] = [one[name] ?? Number.NaN, many[name] ?? Number.NaN];
    const seconds = [(a / 1000).toFixed(2).padStart(10), (b / 1000).toFixed(2).padStart(11)];
    console.log(`${`ready ${name}, s`.padEnd(18)}  ${seconds.join('  ')}  ${(b / a).toFixed(1)}`);
  }
}

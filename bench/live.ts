import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOssServer } from '../local/oss-server/server.ts';
import { ossStore } from '../shared/adapters/oss/store.ts';
import { command, type LocalPlatform, startPlatform } from './platform.ts';
import { median } from './statistics.ts';
import { originals } from './workshop.ts';

const REGION = 'oss-cn-hangzhou';
const ATTRIBUTES = { contentType: 'image/jpeg', cacheControl: 'no-cache' };
const OLD = 150;
const UPLOADS = 12;

/** How long uploads take on the local platform while nothing else runs, and while a backfill of others does. */
export async function live(): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'darkroom-live-'));
  const photo = await readFile(join(originals, '12mp.jpg'));
  await putOld(data, photo);
  const platform = await openPlatform(data);
  try {
    await uploads(platform, photo, 'warm');
    const alone = await uploads(platform, photo, 'alone');
    const backfill = command('backfill', '--yes', '--batch', '10', '--no-wait', '--data', data);
    await new Promise(resolve => backfill.once('exit', resolve));
    const beside = await uploads(platform, photo, 'beside');
    const stillBusy = platform.busy();
    console.log(
      `uploads of 12 MP, median milliseconds in the function: alone ${alone.toFixed(0)}, beside a backfill ${beside.toFixed(0)}, ratio ${(beside / alone).toFixed(2)}${stillBusy ? '' : ' (the backfill had ended before)'}`,
    );
  } finally {
    await platform.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** Before the platform starts, so that no event tells of them. */
async function putOld(data: string, photo: Buffer): Promise<void> {
  const credentials = { accessKeyId: 'BENCH', accessKeySecret: 'bench-secret' };
  const server = await startOssServer({
    dataDir: join(data, 'oss'),
    port: 0,
    region: REGION,
    credentials: [credentials],
    buckets: ['originals', 'derivatives', 'config'],
  });
  const store = ossStore('originals', {
    region: REGION,
    endpoint: server.endpoint,
    pathStyle: true,
    credentials,
  });
  for (let index = 0; index < OLD; index += 1)
    await store.put(`old/${index}.jpg`, photo, ATTRIBUTES);
  await server.close();
}

/** Of an upload: what on-object-changed returns. */
interface Result {
  reports: { spent: { milliseconds: Record<string, number> } }[];
}

interface Platform extends LocalPlatform {
  /** Milliseconds of each invocation for an upload, by function. */
  ended: { function: string; milliseconds: number; result?: Result }[];
  busy(): boolean;
}

async function openPlatform(data: string): Promise<Platform> {
  const ended: Platform['ended'] = [];
  let lastBatch = 0;
  const platform = await startPlatform(data, [], said => {
    const message = said as Platform['ended'][number] & { kind: string };
    if (message.kind === 'succeeded') ended.push(message);
    else if (message.function === 'darkroom-backfill') lastBatch = Date.now();
  });
  return { ...platform, ended, busy: () => Date.now() - lastBatch < 5000 };
}

async function uploads({ store, ended }: Platform, photo: Buffer, name: string): Promise<number> {
  const own = () => ended.filter(one => one.function === 'darkroom-on-object-changed');
  const before = own().length;
  for (let index = 0; index < UPLOADS; index += 1) {
    await store.put(`new/${name}-${index}.jpg`, photo, ATTRIBUTES);
    while (own().length <= before + index) await new Promise(resolve => setTimeout(resolve, 10));
  }
  const spent = own()
    .slice(before)
    .flatMap(({ result }) => result?.reports ?? []);
  const steps = Object.keys(spent[0]?.spent.milliseconds ?? {}).map(
    step => `${step} ${median(spent.map(one => one.spent.milliseconds[step] ?? 0)).toFixed(0)}`,
  );
  console.log(`${name}: ${steps.join(', ')}`);
  return median(
    own()
      .slice(before)
      .map(({ milliseconds }) => milliseconds),
  );
}

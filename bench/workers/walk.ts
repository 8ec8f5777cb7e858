import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fcTasks } from '../../shared/adapters/fc/tasks.ts';
import { openInventory } from '../../shared/adapters/oss/inventory.ts';
import { impactOf } from '../../shared/core/list/edit-impact.ts';
import { nothingDone, type Run } from '../../shared/core/work/run.ts';
import { submitBatches } from '../../shared/pipeline/bulk/submit-batches.ts';
import type { Entry } from '../../shared/ports.ts';
import { listOf } from './darkroom.ts';

/** Says what a run over so many keys takes: out of an inventory into Function Compute's API, or into nothing. */
const [keys = '', folder = '', api = ''] = process.argv.slice(2);
const count = Number(keys);
const FILES = 10;

const list = listOf([{ width: 320, format: 'jpeg', options: { quality: 80 } }]);
const touch = impactOf([], list);
const run: Run = {
  schema: 1,
  id: `bench-${process.pid}`,
  kind: 'backfill',
  selection: { prefix: '', mode: 'settle' },
  phase: 'running',
  presets: 'p',
  from: [],
  granted: 0,
  seen: 0,
  handedOver: { batches: 0, originals: 0, planned: 0 },
  done: nothingDone(),
  counted: [],
  startedAt: new Date().toISOString(),
  updatedAt: new Date().toISOString(),
};

/** One file of a tenth of the keys, named ten times: the rows are what costs, not that they differ. */
async function inventory(): Promise<(after: string | undefined) => AsyncIterable<Entry>> {
  const manifest = join(folder, `manifest-${count}.json`);
  const data = join(folder, `rows-${count}.csv.gz`);
  const isThere = await stat(manifest).catch(() => undefined);
  if (!isThere) {
    await writeFile(data, '');
    for (let from = 0; from < count / FILES; from += 50_000) {
      const rows = Array.from(
        { length: Math.min(50_000, count / FILES - from) },
        (_, index) =>
          `"originals","users%2F${(from + index) % 977}%2Fphoto-${from + index}.jpg","123456","2026-11-01T00:00:00.000Z","Standard"\n`,
      );
      await appendFile(data, gzipSync(rows.join('')));
    }
    const MD5checksum = createHash('md5')
      .update(await readFile(data))
      .digest('hex');
    const files = Array.from({ length: FILES }, () => ({ key: data, MD5checksum }));
    const fileSchema = 'Bucket, Key, Size, LastModifiedDate, StorageClass';
    await writeFile(
      manifest,
      JSON.stringify({ sourceBucket: 'originals', fileFormat: 'CSV', fileSchema, files }),
    );
  }
  const open = async (key: string) => createReadStream(key);
  return await openInventory(open, { manifest, bucket: 'originals', prefix: '', since: undefined });
}

async function* simulated(): AsyncGenerator<Entry> {
  for (let index = 0; index < count; index += 1) {
    const key = `users/${index % 977}/photo-${index}.jpg`;
    yield { key, cursor: key };
  }
}

const { endpoint, credentials } = api ? JSON.parse(api) : {};
const place = { region: 'cn-hangzhou', accountId: '1', internal: false };
let submitted = 0;
const queue = api
  ? fcTasks('darkroom-backfill', { ...place, endpoint, credentials })
  : {
      submit: async () => {
        submitted += 1;
        return 'accepted' as const;
      },
    };
const entries = api ? await inventory() : simulated;
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 100);
const started = performance.now();
await submitBatches({
  run,
  bucket: 'originals',
  queue,
  entries,
  planned: ({ key }) => touch(key).make.length,
  moved: () => undefined,
  halt: () => undefined,
  batchSize: 500,
  concurrency: 16,
});
clearInterval(watch);
const seconds = (performance.now() - started) / 1000;
const rate = Math.round(run.seen / seconds);
console.log(
  JSON.stringify({
    seen: run.seen,
    batches: run.handedOver.batches,
    submitted,
    seconds,
    rate,
    peakMB: Math.max(peak, process.memoryUsage.rss()) / 2 ** 20,
  }),
);

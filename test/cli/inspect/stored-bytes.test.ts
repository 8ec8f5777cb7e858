import { beforeEach, describe, expect, it } from 'vitest';
import { storedBytes, storedInWords } from '../../../cli/inspect/stored-bytes.ts';
import { type Heat, heatSchema } from '../../../shared/core/work/heat.ts';
import { inventoryIn } from '../../support/cdn-logs.ts';
import { newFolder } from '../../support/folders.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

const list = listOf(SMALL);
const modified = '2026-11-01T00:00:00.000Z';
const FILES = [
  'p/1.jpg/0123456789/feed-480-0123456789.jpg',
  'p/1.jpg/0123456789/feed-1080-0123456789.jpg',
  'p/1.jpg/0123456789/feed-480-0123456789.webp',
  'p/1.jpg/0123456789/gone-480-0123456789.webp',
  'p/1.jpg/manifest.json',
  'presets.json',
];

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

async function ground(facts: { destinations?: string; inventory?: string; heat?: Heat }) {
  const derivatives = memoryStore();
  const attributes = { contentType: '', cacheControl: '' };
  for (const key of FILES) await derivatives.put(key, Buffer.alloc(1000), attributes);
  const names = { originals: 'originals', derivatives: 'derivatives', config: 'config' };
  const reader = () => {
    throw new Error('nothing of OSS is read');
  };
  const { inventory, heat, destinations } = facts;
  const connection = { derivatives, names, reader, ...(destinations ? { destinations } : {}) };
  return { connection, list, inventory, heat };
}

const heat = heatSchema.parse({
  schema: 1,
  madeAt: modified,
  from: modified,
  to: '2026-11-03T00:00:00.000Z',
  hours: 48,
  presets: 'f',
  lines: {},
  skipped: { first: null, damaged: 0, cut: [] },
  ages: null,
  cells: [
    {
      preset: 'feed',
      format: 'jpeg',
      width: 480,
      files: 1,
      viewed: [{ age: 'unknown', views: 10, hits: 0, bytes: 0, missBytes: 0, files: 1 }],
      stored: [{ age: 'older', files: 7, bytes: 7000 }],
    },
  ],
  proposals: [],
});

const none = { viewsPerDay: undefined, seen: undefined };
const ROWS = [
  { preset: 'feed', format: 'jpeg', files: 2, bytes: 2000, ...none },
  { preset: 'feed', format: 'webp', files: 1, bytes: 1000, ...none },
  { preset: null, format: 'webp', files: 1, bytes: 1000, ...none },
];

describe('what is stored, by preset and format,', () => {
  it('is listed of a local platform', async () => {
    const found = await storedBytes(await ground({ destinations: folder }));
    expect(found).toEqual({ rows: ROWS, besides: { files: 2, bytes: 2000 }, heat: undefined });
  });

  it('is read from an inventory, which asks the bucket for nothing', async () => {
    const rows = FILES.map(key => ({ key, modified }));
    const inventory = inventoryIn(folder, rows);
    const found = await storedBytes(await ground({ inventory }));
    expect(found).toEqual({ rows: ROWS, besides: { files: 2, bytes: 2000 }, heat: undefined });
  });

  it('is not taken from an inventory of another bucket', async () => {
    const inventory = inventoryIn(folder, [], { bucket: 'originals' });
    await expect(storedBytes(await ground({ inventory }))).rejects.toThrow(
      /expected an inventory of derivatives, .* is of originals/,
    );
  });

  it('is not listed of a deployment', async () => {
    expect(await storedBytes(await ground({}))).toBeUndefined();
  });

  it('has the views of the last heat, and in its place what that read', async () => {
    const [row] = (await storedBytes(await ground({ destinations: folder, heat })))?.rows ?? [];
    expect(row).toMatchObject({ preset: 'feed', bytes: 2000, viewsPerDay: 5, seen: 1 });
    const told = await storedBytes(await ground({ heat }));
    expect(told).toMatchObject({
      rows: [{ preset: 'feed', format: 'jpeg', files: 7, bytes: 7000, viewsPerDay: 5, seen: 1 }],
      besides: null,
    });
    expect(told && storedInWords(told)).toBe(
      `Stored: 7 kB in 7 files, when the heat was made; views of 48 hours, 2026-11-01T00:00:00.000Z to 2026-11-03T00:00:00.000Z
  preset  format  files  bytes  views a day    seen
  feed    jpeg        7   7 kB            5  14.3 %`,
    );
  });
});

import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { versionOf } from '../../../../shared/core/set/keys.ts';
import { openInventory, readInventory } from '../../../../shared/adapters/oss/inventory.ts';

const SCHEMA = 'Bucket, Key, Size, LastModifiedDate, StorageClass';
const row = (key: string, { modified = '2026-11-01T00:00:00.000Z', storage = 'Standard' } = {}) =>
  `"originals","${encodeURIComponent(key)}","12","${modified}","${storage}"`;

interface Place {
  files?: string[][];
  schema?: string;
  manifest?: object;
  damage?: (gzip: Buffer) => Buffer;
  md5?: string;
}

/** An inventory as OSS writes it, in memory. */
function inventory({
  files = [],
  schema = SCHEMA,
  manifest = {},
  damage = one => one,
  md5,
}: Place) {
  const objects = new Map<string, Buffer>();
  const listed = files.map((rows, index) => {
    const gzip = gzipSync(`${rows.join('\n')}\n`);
    const key = `inv/data/${index}.csv.gz`;
    objects.set(key, damage(gzip));
    const MD5checksum = md5 ?? createHash('md5').update(gzip).digest('hex').toUpperCase();
    return { key, size: gzip.length, MD5checksum };
  });
  const whole = {
    sourceBucket: 'originals',
    fileFormat: 'CSV',
    fileSchema: schema,
    files: listed,
    ...manifest,
  };
  objects.set('inv/manifest.json', Buffer.from(JSON.stringify(whole)));
  return async (key: string) => Readable.from([objects.get(key) ?? Buffer.alloc(0)]);
}

async function keysOf(
  place: Place,
  { after, prefix = '', since }: { after?: string; prefix?: string; since?: Date } = {},
) {
  const options = { manifest: 'inv/manifest.json', bucket: 'originals', prefix, since };
  const entries = await openInventory(inventory(place), options);
  const found: { key: string; cursor: string }[] = [];
  for await (const entry of entries(after)) found.push(entry);
  return found;
}

describe('an inventory', () => {
  const odd = ['a b.jpg', 'ü/%2B+.jpg', '相册/1,2.jpg', 'line\nbreak.jpg', 'quote".jpg'];

  it('gives keys as they are, which it holds URL-encoded', async () => {
    const found = await keysOf({ files: [odd.map(key => row(key))] });
    expect(found.map(({ key }) => key)).toEqual(odd);
  });

  it('is gone on with after any cursor, over the border of two files', async () => {
    const files = [['a', 'b'].map(key => row(key)), ['c', 'd'].map(key => row(key))];
    const all = await keysOf({ files });
    for (const [index, { cursor }] of all.entries()) {
      const rest = await keysOf({ files }, { after: cursor });
      expect(rest).toEqual(all.slice(index + 1));
    }
  });

  it('passes over other prefixes and older objects, and says what is archived', async () => {
    const rows = [
      row('p/1'),
      row('q/1'),
      row('p/old', { modified: '2020-01-01T00:00:00.000Z' }),
      row('p/cold', { storage: 'ColdArchive' }),
    ];
    const since = new Date('2026-01-01');
    const found = await keysOf({ files: [rows] }, { prefix: 'p/', since });
    expect(found).toEqual([
      { key: 'p/1', cursor: '0:0' },
      { key: 'p/cold', cursor: '0:3', isArchived: true },
    ]);
  });

  it.each<[string, Place, RegExp]>([
    [
      'of another bucket',
      { manifest: { sourceBucket: 'others' } },
      /inventory of originals, .* of others/,
    ],
    ['without keys', { schema: 'Bucket, Size' }, /a column Key .* received Bucket, Size/],
    ['in another format', { manifest: { fileFormat: 'ORC' } }, /wrong at fileFormat/],
  ])('%s is refused', async (_kind, place, sentence) => {
    await expect(keysOf(place)).rejects.toThrow(sentence);
  });

  it('that is cut off gives no silence for an end', async () => {
    const files = [Array.from({ length: 5000 }, (_, index) => row(`photo-${index}`))];
    const cut = { files, damage: (gzip: Buffer) => gzip.subarray(0, gzip.length / 2) };
    await expect(keysOf(cut)).rejects.toThrow('expected to read inv/data/0.csv.gz');
  });

  it('whose file is not the one it names is said to be so', async () => {
    await expect(keysOf({ files: [[row('a')]], md5: 'F'.repeat(32) })).rejects.toThrow(
      'the MD5 FFFF',
    );
  });
});

describe('an inventory that is counted', () => {
  const key = 'inv/manifest.json';
  const any = { manifest: key, bucket: undefined };

  it('tells size and date of each object, whose bucket it is of, and when it was made', async () => {
    const manifest = { creationTimestamp: '1790000000' };
    const rows = [row('相册/a b.jpg'), '"originals","p/odd","","",""'];
    const found = await readInventory(inventory({ files: [rows, [row('q')]], manifest }), any, [
      'Size',
    ]);
    expect({ bucket: found.bucket, madeAt: found.madeAt }).toEqual({
      bucket: 'originals',
      madeAt: new Date(1790000000e3),
    });
    const modifiedAt = new Date('2026-11-01T00:00:00.000Z');
    const all: object[] = [];
    for await (const file of found.files) all.push(file);
    expect(all).toEqual([
      { key: '相册/a b.jpg', bytes: 12, modifiedAt },
      { key: 'p/odd', bytes: undefined, modifiedAt: undefined },
      { key: 'q', bytes: 12, modifiedAt },
    ]);
  });

  it('is refused without the columns that are needed, or of another bucket', async () => {
    const schema = 'Bucket, Key, StorageClass';
    await expect(
      readInventory(inventory({ schema }), any, ['Size', 'LastModifiedDate']),
    ).rejects.toThrow(
      `expected the columns Size and LastModifiedDate in the fileSchema of ${key}, received ${schema}`,
    );
    const other = { ...any, bucket: 'derivatives' };
    await expect(readInventory(inventory({}), other, [])).rejects.toThrow(
      /of derivatives, .* is of originals/,
    );
  });

  it('that is cut off ends with a failure, after its good rows', async () => {
    const rows = Array.from({ length: 500 }, (_, index) =>
      row(`p/${index}-${versionOf(String(index))}`),
    );
    const cut = (gzip: Buffer) => gzip.subarray(0, gzip.length / 2);
    const { files } = await readInventory(inventory({ files: [rows], damage: cut }), any, []);
    let count = 0;
    const reading = async () => {
      for await (const _ of files) count += 1;
    };
    await expect(reading()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(count).toBeGreaterThan(0);
  });
});

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import * as z from 'zod';
import { Failure } from '../../core/failure.ts';
import type { Entry } from '../../ports.ts';
import { isArchiveClass } from './object-facts.ts';

/**
 * An OSS inventory: `manifest.json` names gzipped CSV files without a header, whose columns `fileSchema` names. Keys are
 * URL-encoded there, unlike an event's. https://www.alibabacloud.com/help/en/oss/user-guide/bucket-inventory
 */

const manifestSchema = z.looseObject({
  sourceBucket: z.string(),
  fileFormat: z.literal('CSV'),
  fileSchema: z.string(),
  files: z.array(z.looseObject({ key: z.string(), MD5checksum: z.string().optional() })),
  creationTimestamp: z.string().regex(/^\d+$/).optional().describe('seconds since 1970'),
});

type InventoryManifest = z.infer<typeof manifestSchema>;

export interface InventoryOptions {
  /** The whole key of `manifest.json`. */
  manifest: string;
  /** The bucket it must be of; undefined where any will do. */
  bucket: string | undefined;
  prefix: string;
  since: Date | undefined;
}

/** Streams the keys of an inventory, in constant memory; a cursor is `{file}:{row}`. It does not know what was restored. */
export async function openInventory(
  open: (key: string) => Promise<Readable>,
  options: InventoryOptions,
): Promise<(after: string | undefined) => AsyncIterable<Entry>> {
  const manifest = await readManifest(open, options);
  const columns = columnsOf(manifest, options.manifest);
  return after => entriesIn(open, manifest.files, { columns, options, after });
}

/** One object, with what its inventory was told to say of it. */
export interface InventoryFile {
  key: string;
  bytes: number | undefined;
  modifiedAt: Date | undefined;
}

export interface Inventory {
  bucket: string;
  madeAt: Date | undefined;
  files: AsyncIterable<InventoryFile>;
}

/** All of it, for who counts. Throws where one of the columns that are needed is not there. */
export async function readInventory(
  open: (key: string) => Promise<Readable>,
  options: Pick<InventoryOptions, 'manifest' | 'bucket'>,
  needed: ('Size' | 'LastModifiedDate')[],
): Promise<Inventory> {
  const manifest = await readManifest(open, options);
  const columns = columnsOf(manifest, options.manifest);
  const missing = needed.filter(name => columns[name === 'Size' ? 'size' : 'modified'] < 0);
  if (missing.length > 0) {
    const message = `expected the columns ${missing.join(' and ')} in the fileSchema of ${options.manifest}, received ${manifest.fileSchema}`;
    throw new Failure('SETTINGS_INVALID', message);
  }
  const { sourceBucket, creationTimestamp } = manifest;
  return {
    bucket: sourceBucket,
    madeAt: creationTimestamp === undefined ? undefined : new Date(Number(creationTimestamp) * 1e3),
    files: filesIn(open, manifest, columns),
  };
}

async function* filesIn(
  open: (key: string) => Promise<Readable>,
  { files }: InventoryManifest,
  columns: Columns,
): AsyncGenerator<InventoryFile> {
  for (const file of files) {
    for await (const fields of rowsOf(open, file)) {
      const key = decodeURIComponent(fields[columns.key] ?? '');
      const bytes = Number(fields[columns.size] || Number.NaN);
      const modifiedAt = new Date(fields[columns.modified] ?? '');
      yield {
        key,
        bytes: Number.isNaN(bytes) ? undefined : bytes,
        modifiedAt: Number.isNaN(modifiedAt.getTime()) ? undefined : modifiedAt,
      };
    }
  }
}

async function readManifest(
  open: (key: string) => Promise<Readable>,
  { manifest: key, bucket }: Pick<InventoryOptions, 'manifest' | 'bucket'>,
): Promise<InventoryManifest> {
  const bytes = await buffer(await open(key));
  const parsed = manifestSchema.safeParse(jsonOf(bytes, key));
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.');
    throw new Failure(
      'SETTINGS_INVALID',
      `expected the manifest of an OSS inventory in CSV at ${key}, it is wrong at ${place}`,
    );
  }
  if (bucket !== undefined && parsed.data.sourceBucket !== bucket) {
    const { sourceBucket } = parsed.data;
    throw new Failure(
      'SETTINGS_INVALID',
      `expected an inventory of ${bucket}, ${key} is of ${sourceBucket}`,
    );
  }
  return parsed.data;
}

function jsonOf(bytes: Buffer, key: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new Failure('SETTINGS_INVALID', `expected JSON at ${key}, received something else`, {
      cause,
    });
  }
}

interface Columns {
  key: number;
  size: number;
  modified: number;
  storageClass: number;
}

function columnsOf({ fileSchema }: InventoryManifest, manifest: string): Columns {
  const names = fileSchema.split(',').map(name => name.trim());
  const key = names.indexOf('Key');
  if (key < 0) {
    throw new Failure(
      'SETTINGS_INVALID',
      `expected a column Key in the fileSchema of ${manifest}, received ${fileSchema}`,
    );
  }
  return {
    key,
    size: names.indexOf('Size'),
    modified: names.indexOf('LastModifiedDate'),
    storageClass: names.indexOf('StorageClass'),
  };
}

interface Reading {
  columns: Columns;
  options: InventoryOptions;
  after: string | undefined;
}

async function* entriesIn(
  open: (key: string) => Promise<Readable>,
  files: InventoryManifest['files'],
  { columns, options, after }: Reading,
): AsyncGenerator<Entry> {
  const [firstFile, firstRow] = placeOf(after);
  for (const [index, file] of [...files.entries()].slice(firstFile)) {
    for await (const [row, fields] of numbered(rowsOf(open, file))) {
      if (index === firstFile && row <= firstRow) continue;
      const key = wantedKey(fields, columns, options);
      const cursor = `${index}:${row}`;
      if (key !== undefined) yield { key, cursor, ...archived(fields, columns) };
    }
  }
}

function archived(fields: string[], { storageClass }: Columns): Pick<Entry, 'isArchived'> {
  return isArchiveClass(fields[storageClass] ?? '') ? { isArchived: true } : {};
}

function placeOf(cursor: string | undefined): [number, number] {
  const [file = 0, row = -1] = (cursor ?? '').split(':').filter(Boolean).map(Number);
  return [file, row];
}

async function* numbered<T>(rows: AsyncIterable<T>): AsyncGenerator<[number, T]> {
  let row = 0;
  for await (const fields of rows) {
    yield [row, fields];
    row += 1;
  }
}

function wantedKey(fields: string[], columns: Columns, { prefix, since }: InventoryOptions) {
  const key = decodeURIComponent(fields[columns.key] ?? '');
  if (key === '' || !key.startsWith(prefix)) return undefined;
  const modified = fields[columns.modified];
  return since && modified && new Date(modified) < since ? undefined : key;
}

/** A file that is cut off or damaged ends with an exception, after its good rows: nothing is passed over in silence. */
async function* rowsOf(
  open: (key: string) => Promise<Readable>,
  { key, MD5checksum }: InventoryManifest['files'][number],
): AsyncGenerator<string[]> {
  const hash = createHash('md5');
  const source = await open(key);
  source.on('data', (chunk: Buffer) => hash.update(chunk));
  const rows = parse({ relax_column_count: true });
  const reading = pipeline(source, createGunzip(), rows).catch((cause: unknown) => {
    if (cause instanceof Failure) throw cause;
    throw new Failure('STORE_UNAVAILABLE', `expected to read ${key} of the inventory to its end`, {
      cause,
    });
  });
  // Told below, after the rows; until then nobody listens.
  reading.catch(() => undefined);
  try {
    for await (const fields of rows) yield fields as string[];
  } catch (thrown) {
    await reading;
    throw thrown;
  }
  await reading;
  const found = hash.digest('hex').toUpperCase();
  if (MD5checksum && MD5checksum.toUpperCase() !== found) {
    throw new Failure(
      'STORE_UNAVAILABLE',
      `expected ${key} of the inventory to have the MD5 ${MD5checksum}, received ${found}`,
    );
  }
}

import { readInventory } from '../../shared/adapters/oss/inventory.ts';
import { Failure } from '../../shared/core/failure.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import type { Cells } from '../../shared/core/work/cells.ts';
import { dayOf, type Heat } from '../../shared/core/work/heat.ts';
import type { Connection } from '../cloud/connection.ts';
import { inventoryAt } from '../cloud/inventory-place.ts';
import { countStored, type Stored, type StoredFile } from '../measure/stored.ts';
import { hashBytes } from './hashing.ts';
import { type UploadDays, uploadDays } from './upload-days.ts';

/** What a log does not tell: when each picture was uploaded, and what is stored of it. From inventories, as a stream. */

export interface Known {
  days: UploadDays | undefined;
  /** Whose inventory the days are from. */
  from: Heat['ages'];
  stored: Stored | undefined;
}

interface Asked {
  /** Each `manifest.json` of an inventory. */
  originals?: string | undefined;
  derivatives?: string | undefined;
  reader: Connection['reader'];
  cells: Cells;
}

export async function readInventories({ originals, ...asked }: Asked): Promise<Known> {
  if (originals === undefined) return await fromDerivatives(asked);
  const days = uploadDays();
  const { files } = await opened(originals, asked.reader, ['LastModifiedDate']);
  for await (const { key, modifiedAt } of files) addDay(days, key, modifiedAt);
  const uploaded = (original: string) => days.of(hashOf(original));
  return { days, from: 'originals', stored: await storedOf(asked, file => file, uploaded) };
}

async function fromDerivatives(asked: Omit<Asked, 'originals'>): Promise<Known> {
  const days = uploadDays();
  const stored = await storedOf(asked, files => noting(files, days));
  return stored ? { days, from: 'derivatives', stored } : NOTHING;
}

const NOTHING: Known = { days: undefined, from: null, stored: undefined };

async function storedOf(
  { derivatives, reader, cells }: Omit<Asked, 'originals'>,
  through: (files: AsyncIterable<StoredFile>) => AsyncIterable<StoredFile>,
  uploaded?: (original: string) => number | undefined,
): Promise<Stored | undefined> {
  if (derivatives === undefined) return undefined;
  const { files, madeAt, bucket } = await opened(derivatives, reader, ['Size', 'LastModifiedDate']);
  const ageing = { now: madeAt ?? new Date(), uploaded };
  const stored = await countStored(through(files), cells, ageing);
  if (stored.cells.some(ages => ages.length > 0) || stored.besides?.files === 0) return stored;
  const message = `expected an inventory of the derivatives at ${derivatives} (--derivatives), received one of ${bucket} with no file that Darkroom made`;
  throw new Failure('SETTINGS_INVALID', message);
}

async function opened(
  inventory: string,
  reader: Connection['reader'],
  needed: Parameters<typeof readInventory>[2],
) {
  const { open, manifest } = inventoryAt(inventory, reader);
  return await readInventory(open, { manifest, bucket: undefined }, needed);
}

/** Of an original that nobody tells of: the day of its oldest file. */
async function* noting(
  files: AsyncIterable<StoredFile>,
  days: UploadDays,
): AsyncGenerator<StoredFile> {
  for await (const file of files) {
    const name = parseDerivativeKey(file.key);
    if (name) addDay(days, name.original, file.modifiedAt);
    yield file;
  }
}

const hash = { high: 0, low: 0 };

function addDay(days: UploadDays, key: string, at: Date | undefined): void {
  if (at) days.add(hashOf(key), dayOf(at));
}

function hashOf(key: string): typeof hash {
  const bytes = Buffer.from(key);
  hashBytes({ bytes, start: 0, end: bytes.length, isEncoded: false }, hash);
  return hash;
}

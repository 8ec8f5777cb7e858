import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openInventory } from '../../shared/adapters/oss/inventory.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { Run } from '../../shared/core/work/run.ts';
import type { Entry, ObjectStore } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';

/** Where a run's originals come from: the bucket's own listing, or an inventory of it. */
export async function entriesOf(
  { prefix, since, inventory }: Run['selection'],
  connection: Connection,
): Promise<(after: string | undefined) => AsyncIterable<Entry>> {
  const youngest = since === undefined ? undefined : new Date(since);
  if (inventory === undefined) {
    return after => listed(connection.originals, { prefix, since: youngest, after });
  }
  const { open, manifest } = placeOf(inventory, connection);
  const bucket = connection.names.originals;
  return await openInventory(open, { manifest, bucket, prefix, since: youngest });
}

interface Listing {
  prefix: string;
  since: Date | undefined;
  after: string | undefined;
}

async function* listed(
  originals: ObjectStore,
  { prefix, since, after }: Listing,
): AsyncGenerator<Entry> {
  for await (const entry of originals.list(prefix, after ? { after } : {})) {
    if (!('key' in entry) || (since && entry.modifiedAt < since)) continue;
    const { key, isArchived } = entry;
    yield { key, cursor: key, ...(isArchived ? { isArchived } : {}) };
  }
}

const IN_OSS = /^oss:\/\/([^/]+)\/(.+)$/;

/** `oss://bucket/path/manifest.json`, or that file on disk, with the data files where it says, from its folder up. */
function placeOf(inventory: string, connection: Connection) {
  const [, bucket, manifest] = IN_OSS.exec(inventory) ?? [];
  if (bucket && manifest) return { open: connection.reader(bucket), manifest };
  const path = resolve(inventory);
  const open = async (key: string) => createReadStream(await existing(key, dirname(path)));
  return { open, manifest: path };
}

/** A copied inventory keeps the data files' keys, so they lie below some folder above its manifest, or beside it. */
async function existing(key: string, folder: string): Promise<string> {
  const candidates = [key, join(folder, key)];
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    candidates.push(join(above, key));
  }
  candidates.push(join(folder, 'data', key.slice(key.lastIndexOf('/') + 1)));
  for (const candidate of candidates) {
    const isThere = await access(candidate).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  throw new Failure(
    'SETTINGS_INVALID',
    `expected ${key} of the inventory below ${folder}, it is not there`,
  );
}

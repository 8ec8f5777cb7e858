import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { Failure } from '../../shared/core/failure.ts';
import type { Connection } from './connection.ts';

/** Where an inventory that somebody names lies, and how its files are read. */
export interface InventoryPlace {
  /** The whole key of its `manifest.json`. */
  manifest: string;
  open(key: string): Promise<Readable>;
}

const IN_OSS = /^oss:\/\/([^/]+)\/(.+)$/;

/** `oss://bucket/path/manifest.json`, or that file on disk, with the data files where it says, from its folder up. */
export function inventoryAt(inventory: string, reader: Connection['reader']): InventoryPlace {
  const [, bucket, manifest] = IN_OSS.exec(inventory) ?? [];
  if (bucket && manifest) return { open: reader(bucket), manifest };
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

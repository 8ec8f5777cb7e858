import { createHash } from 'node:crypto';
import pMap from 'p-map';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import type { ObjectStore } from '../../shared/ports.ts';

export async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of store.list('')) if ('key' in entry) keys.push(entry.key);
  return keys;
}

/** Of every object but manifests, which tell times, the SHA-256 of its bytes. */
export async function fileHashes(derivatives: ObjectStore): Promise<Record<string, string>> {
  const keys = await keysOf(derivatives);
  const files = keys.filter(key => parseDerivativeKey(key) !== undefined);
  const hashed = await pMap(files, async key => [key, await hashOf(key, derivatives)], {
    concurrency: 8,
  });
  return Object.fromEntries(hashed);
}

async function hashOf(key: string, derivatives: ObjectStore): Promise<string> {
  const stored = await derivatives.get(key);
  if (!stored) throw new Error(`expected ${key}, which was listed, it is gone`);
  return createHash('sha256').update(stored.bytes).digest('hex');
}

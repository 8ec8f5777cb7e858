import { randomUUID } from 'node:crypto';
import type { Connection } from '../../cli/cloud/connection.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/core/set/manifest.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { quarters } from './originals.ts';
import { urlOf } from './platform.ts';

const PATIENCE_MS = 180_000;
const ATTRIBUTES = { contentType: 'image/jpeg', cacheControl: 'no-cache' };

/** The whole way of one photo through a deployment: uploaded, served, overwritten, deleted. Leaves nothing behind. */
export async function smoke(
  { originals, derivatives }: Pick<Connection, 'originals' | 'derivatives'>,
  cdn: string | undefined,
): Promise<string[]> {
  const folder = `darkroom-smoke/${randomUUID()}/`;
  const key = `${folder}烟 50%+1.jpg`;
  const done: string[] = [];
  const commit = (unlike?: string) => committed(derivatives, key, unlike);
  try {
    await originals.put(key, await drawn(1600, 1200), ATTRIBUTES);
    const first = await commit();
    done.push(`developed ${filesOf(first).length} files`);
    await expectStored(first, derivatives);
    if (cdn) done.push(`served ${await expectServed(first, cdn)} files by ${cdn}`);
    await originals.put(key, await drawn(1200, 1600), ATTRIBUTES);
    const second = await commit(first.version);
    await expectStored(second, derivatives);
    done.push(`replaced version ${first.version} by ${second.version}`);
    await originals.remove([key]);
    await patiently('an empty set', async () => (await keysIn(derivatives, folder)).length === 0);
    done.push('removed all of it');
    return done;
  } finally {
    for (const store of [originals, derivatives]) await store.remove(await keysIn(store, folder));
  }
}

async function drawn(width: number, height: number): Promise<Buffer> {
  return await quarters(width, height).jpeg().toBuffer();
}

async function committed(
  derivatives: ObjectStore,
  key: string,
  unlike: string | undefined,
): Promise<Manifest> {
  return await patiently(`a manifest of ${key}`, async () => {
    const stored = await derivatives.get(manifestKey(key));
    const manifest = stored && manifestSchema.parse(JSON.parse(stored.bytes.toString('utf8')));
    return manifest?.complete && manifest.version !== unlike ? manifest : undefined;
  });
}

function filesOf({ variants }: Manifest) {
  return variants.filter(variant => variant.state === 'rendered');
}

async function expectStored(manifest: Manifest, derivatives: ObjectStore): Promise<void> {
  const files = filesOf(manifest);
  if (files.length === 0) throw new Error('expected the list to ask for files, it asks for none');
  for (const { key, bytes } of files) {
    const there = await derivatives.head(key);
    if (there?.bytes !== bytes)
      throw new Error(`expected ${key} of ${bytes} bytes, received ${there?.bytes}`);
  }
}

async function expectServed(manifest: Manifest, cdn: string): Promise<number> {
  const files = filesOf(manifest);
  for (const { key, format } of files) {
    const answer = await fetch(urlOf(cdn, key));
    const received = [
      answer.status,
      answer.headers.get('content-type'),
      answer.headers.get('cache-control'),
      answer.headers.get('content-disposition'),
    ].join(' | ');
    const expected = `200 | image/${format} | public, max-age=31536000, immutable | `;
    if (received !== expected)
      throw new Error(`expected ${expected}, received ${received} for ${key}`);
    await answer.arrayBuffer();
  }
  return files.length;
}

async function keysIn(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const entry of store.list(prefix)) if ('key' in entry) keys.push(entry.key);
  return keys;
}

async function patiently<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
}

import { ossStore } from '../shared/adapters/oss/store.ts';
import { Failure } from '../shared/core/failure.ts';
import { IN_FORCE_KEY } from '../shared/core/work/in-force.ts';
import type { Identity } from './identity.ts';
import { moderatedList } from './moderated-list.ts';
import type { OssServer } from './oss-server/server.ts';

/** The config bucket of the platform, over the wire as anybody has it. */
export interface ConfigBucket {
  oss: OssServer;
  region: string;
  bucket: string;
  identity: Identity;
}

const PRESETS_KEY = 'presets.yaml';

export interface ListToPut {
  text: string;
  replace: boolean;
  /** The files that it draws with, by their keys. */
  marks?: ReadonlyMap<string, Buffer>;
}

/** The list to put in force; not in the place of one that is, unless `replace` or `moderate` says so. */
export async function putPresets(
  place: ConfigBucket,
  { text, replace, marks }: ListToPut,
  moderate: boolean | undefined,
): Promise<void> {
  const { store } = place.oss;
  const isInForce = () => store.find(place.bucket)?.objects.get(IN_FORCE_KEY) !== undefined;
  if (!replace && !moderate && isInForce()) return;
  const list = moderate ? moderatedList(text) : text;
  const config = storeOf(place);
  // What a list draws with comes first, or it would be refused.
  for (const [key, bytes] of marks ?? []) {
    await config.put(key, bytes, {
      contentType: 'application/octet-stream',
      cacheControl: 'no-cache',
    });
  }
  const attributes = { contentType: 'application/yaml', cacheControl: 'no-cache' };
  await config.put(PRESETS_KEY, Buffer.from(list), attributes);
  await untilTrue(isInForce);
}

function storeOf({ oss: { endpoint }, bucket, region, identity: credentials }: ConfigBucket) {
  return ossStore(bucket, { region, endpoint, pathStyle: true, credentials });
}

/** What the moderation service may look at: as in the cloud, it has it from OSS over the wire. */
export function picturesIn(place: ConfigBucket) {
  const store = storeOf(place);
  return async (bucket: string, key: string) =>
    bucket === place.bucket ? (await store.get(key))?.bytes : undefined;
}

const PATIENCE_MS = 60_000;

/** An upload before the first list is in force would fail, and wait for its next attempt. */
async function untilTrue(isInForce: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!isInForce()) {
    if (Date.now() > deadline) {
      const message = `expected on-presets-edited to put the list in force within ${PATIENCE_MS / 1000} s`;
      throw new Failure('UNEXPECTED', message);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

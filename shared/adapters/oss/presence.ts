import type OSS from 'ali-oss';
import type { Attempt } from './calling.ts';
import { failureFrom, isUnclear, missing } from './failures.ts';
import { listPage } from './listing.ts';

/** An attempt to get something of one key. */
export interface Asked {
  client: OSS;
  key: string;
  /** For people. */
  what: string;
  attempt: Attempt;
}

/**
 * Nothing is called missing on a guess: where a 404 says no code, or a strange one, a listing decides. Nothing else
 * costs a request more.
 */
export async function decided<T>(asked: Asked, run: (asked: Asked) => Promise<T>): Promise<T> {
  try {
    return await run(asked);
  } catch (cause) {
    const failure = failureFrom(asked.what, cause);
    if (!isUnclear(failure) || (await isThere(asked))) throw failure;
    throw missing(asked.what, failure.facts);
  }
}

async function isThere(asked: Asked): Promise<boolean> {
  const { client, key, what, attempt } = asked;
  try {
    const { objects } = await listPage(client, { what, prefix: key, max: 1 }, attempt);
    return objects.some(object => object.key === key);
  } catch (cause) {
    if (failureFrom(what, cause).facts.ossCode !== 'AccessDenied') throw cause;
    return await canBeRead(asked);
  }
}

/** Functions may read originals and not list them. A GET's 404 has a document, as a HEAD's has not; what it says is thrown. */
async function canBeRead({ client, key, attempt: { timeout } }: Asked): Promise<boolean> {
  const { stream } = await client.getStream(key, { timeout });
  stream.destroy();
  return true;
}

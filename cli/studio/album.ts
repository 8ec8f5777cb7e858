import pMap from 'p-map';
import * as z from 'zod';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { lookAt } from '../../shared/pipeline/inspect/survey.ts';
import type { ListedObject } from '../../shared/ports.ts';
import { hasInIt } from '../../studio/has-in-it.ts';
import { type AlbumEntry, type AlbumPage, STATES } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { entryOf } from './standing.ts';

const PAGE = 48;
const AT_ONCE = 8;
/** Five requests of OSS. */
const MOST_LISTED = 5000;
/** A GET of a manifest for each. */
const MOST_LOOKED_AT = 240;

export const albumSchema = z.object({
  prefix: z.string().default(''),
  /** Anywhere in the key. */
  contains: z.string().default(''),
  state: z.enum(STATES).optional(),
  after: z.string().optional(),
});
type Asked = z.infer<typeof albumSchema>;

/**
 * Originals below a prefix in the order of their keys, each with how it stands. OSS lists by the beginning of keys alone:
 * what else is asked of them is looked for in that list, and a page ends where enough was found or looked through.
 */
export async function albumPage(connection: Connection, asked: Asked): Promise<AlbumPage> {
  const { prefix, contains, state, after } = asked;
  const look = await lookingIn(connection);
  const entries: AlbumEntry[] = [];
  let [searched, looked, last] = [0, 0, after];
  let batch: ListedObject[] = [];
  const flush = async () => {
    const found = await look(batch);
    entries.push(...found.filter(one => state === undefined || one.state === state));
    looked += batch.length;
    batch = [];
  };
  const isEnough = () =>
    entries.length >= PAGE || searched >= MOST_LISTED || looked >= MOST_LOOKED_AT;
  for await (const one of originalsAfter(after, prefix, connection)) {
    if (isEnough()) {
      await flush();
      return { entries, searched, ...(last === undefined ? {} : { after: last }) };
    }
    searched += 1;
    last = one.key;
    if (hasInIt(one.key, contains)) batch.push(one);
    if (batch.length >= Math.max(AT_ONCE, PAGE - entries.length)) await flush();
  }
  await flush();
  return { entries, searched };
}

async function* originalsAfter(
  after: string | undefined,
  prefix: string,
  { originals }: Connection,
): AsyncGenerator<ListedObject> {
  for await (const one of originals.list(prefix, after === undefined ? {} : { after })) {
    if ('key' in one) yield one;
  }
}

async function lookingIn(connection: Connection) {
  const presets = await listInForce(connection.config, {}).current();
  const stores = { ...connection, presets, now: () => new Date() };
  const entryFor = async (one: ListedObject) => {
    const { status, manifest } = await lookAt(one.key, one, stores);
    const readable = manifest === 'unreadable' ? undefined : manifest;
    return entryOf(status, readable, connection.cdn?.domain ?? '');
  };
  return (batch: ListedObject[]) => pMap(batch, entryFor, { concurrency: AT_ONCE });
}

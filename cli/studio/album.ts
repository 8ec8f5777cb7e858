import pMap from 'p-map';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { lookAt } from '../../shared/pipeline/inspect/survey.ts';
import type { ListedObject } from '../../shared/ports.ts';
import type { AlbumPage } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { entryOf } from './standing.ts';

const PAGE = 48;
const AT_ONCE = 8;

/** Originals below a prefix in the order of their keys, each with how it stands: a GET of a manifest for each. */
export async function albumPage(
  connection: Connection,
  { prefix, after }: { prefix: string; after?: string | undefined },
): Promise<AlbumPage> {
  const { originals, config, cdn } = connection;
  const presets = await listInForce(config, {}).current();
  const listed: ListedObject[] = [];
  for await (const one of originals.list(prefix, after === undefined ? {} : { after })) {
    if ('key' in one) listed.push(one);
    if (listed.length > PAGE) break;
  }
  const shown = listed.slice(0, PAGE);
  const stores = { ...connection, presets, now: () => new Date() };
  const entries = await pMap(
    shown,
    async one => {
      const { status, manifest } = await lookAt(one.key, one, stores);
      const readable = manifest === 'unreadable' ? undefined : manifest;
      return entryOf(status, readable, cdn?.domain ?? '');
    },
    { concurrency: AT_ONCE },
  );
  const last = shown.at(-1);
  return { entries, ...(listed.length > PAGE && last ? { after: last.key } : {}) };
}

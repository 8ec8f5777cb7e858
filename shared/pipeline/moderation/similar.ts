import pMap from 'p-map';
import * as z from 'zod';
import { Failure } from '../../core/failure.ts';
import { hashDistance, isTelling } from '../../core/moderation/perceptual-hash.ts';
import { ALIKE, hashIn, KNOWN, verdictKey, verdictSchema } from '../../core/moderation/verdict.ts';
import type { ObjectStore } from '../../ports.ts';
import { idOf } from '../bytes-id.ts';
import type { Stores } from '../darkroom.ts';
import { findRecord } from '../records.ts';
import { objectsIn, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';

/** As far apart as a rule may call alike; of 465 pairs of different photographs none was nearer than 19. */
const NEAR = 16;

export interface Similar {
  /** Of the original under which its bytes were judged, raw; undefined where the record of it cannot be read. */
  key: string | undefined;
  /** Bits of 64. */
  distance: number;
  /** It was blocked or taken down. */
  isKnown: boolean;
}

/**
 * Pictures that were judged and look like this one, nearest first: one GET for each, and a listing of the names of all.
 * Throws KEY_UNUSABLE where this one was not judged, or shows too little to be told by its hash.
 */
export async function similarTo(
  key: string,
  { originals, config }: Pick<Stores, 'originals' | 'config'>,
): Promise<Similar[]> {
  const own = await hashOf(key, { originals, config });
  // What was taken down is named in both places.
  const near = new Map<string, Omit<Similar, 'key'> & { record: string }>();
  for (const place of [ALIKE, KNOWN] as const) {
    for await (const { id, phash, record } of hashesIn(place, config)) {
      const distance = hashDistance(phash, own.phash);
      if (id === own.id || distance > NEAR) continue;
      near.set(id, { record, distance, isKnown: place === KNOWN });
    }
  }
  const nearest = [...near.values()].sort((a, b) => a.distance - b.distance);
  return await pMap(
    nearest,
    async ({ record, ...one }) => ({ key: await keyIn(record, config), ...one }),
    { concurrency: REQUESTS_SIDE_BY_SIDE },
  );
}

export interface NamedHash {
  /** Of the object whose name says it. */
  record: string;
  phash: string;
  id: string;
}

/** Of `alike/` or `known/`: their names say it all, and nothing is read. */
export async function* hashesIn(
  place: typeof ALIKE | typeof KNOWN,
  config: Pick<ObjectStore, 'list'>,
): AsyncGenerator<NamedHash> {
  for await (const { key: record } of objectsIn(config.list(place))) {
    const named = hashIn(record);
    if (named) yield { record, ...named };
  }
}

async function hashOf(key: string, { originals, config }: Pick<Stores, 'originals' | 'config'>) {
  const original = await originals.head(key);
  const id = original && (await idOf(original, config));
  const verdict = id && (await findRecord(config, verdictKey(id), verdictSchema));
  if (!id || !verdict || verdict === 'unreadable') throw refused(key, original && 'it was not');
  if (!isTelling(verdict.phash)) throw refused(key, 'it shows too little to look like anything');
  return { id, phash: verdict.phash };
}

function refused(key: string, found = 'there is none'): Failure {
  const message = `expected a picture that was judged at ${key}, ${found}: only what a rule has judged can be compared`;
  return new Failure('KEY_UNUSABLE', message, { key });
}

const namedSchema = z.looseObject({ key: z.string() });

async function keyIn(record: string, config: Stores['config']): Promise<string | undefined> {
  const found = await findRecord(config, record, namedSchema);
  return found === 'unreadable' ? undefined : found?.key;
}

import { Failure } from '../../core/failure.ts';
import { isWithin, shareOf, sharesPrefix } from '../../core/moderation/budget.ts';
import type { Moderate } from '../../core/moderation/moderate.ts';
import { hashDistance, isTelling } from '../../core/moderation/perceptual-hash.ts';
import {
  alikeKey,
  byLabels,
  type Decision,
  heldKey,
  judgedKey,
  KNOWN,
  knownKey,
  type StoredBytes,
  type Verdict,
  verdictKey,
} from '../../core/moderation/verdict.ts';
import type { ObjectStore, Raster } from '../../ports.ts';
import { noteSameBytes } from '../bytes-id.ts';
import type { Darkroom, ModerationMemory } from '../darkroom.ts';
import { writeRecord } from '../records.ts';
import { objectsIn } from '../stored-set.ts';
import { hashesIn, type NamedHash } from './similar.ts';
import { withheld } from './standing.ts';

export interface Judging {
  /** Of the original, raw. */
  key: string;
  rule: Moderate;
  /** Of its bytes, see core/moderation/verdict.ts. */
  id: string;
  sha256: string;
  original: StoredBytes;
}

/**
 * Asks the service, by one rendition, and keeps its verdict. Throws PICTURE_WITHHELD where the day's budget is used up, and
 * what the service or the store throws.
 */
export async function judge(
  frames: Raster[],
  { key, rule, id, sha256, original }: Judging,
  darkroom: Darkroom,
): Promise<Decision> {
  const { config, codec, moderation, now } = darkroom;
  if (!config || !moderation) {
    throw new Failure('MODERATOR_DENIED', 'expected a service that judges pictures, there is none');
  }
  const { moderator, memory } = moderation;
  const { jpeg, phash } = await codec.forModeration(frames);
  // Of one without, whoever read it noted that.
  if (original.crc64 !== undefined) await noteSameBytes(original, id, config);
  const verdict: Verdict = { schema: 1, key, sha256, phash };
  const alike = rule.known && (await nearest(phash, rule.distance, { config, memory, now }));
  if (alike) {
    await keep({ ...verdict, alike }, { id, jpeg, decision: 'review' }, config);
    return 'review';
  }
  if (!(await mayJudge(rule, { config, memory, now }))) {
    throw withheld(key, 'held', { isBudget: true });
  }
  const place = judgedKey(crypto.randomUUID(), id);
  const answer = await shown(jpeg, place, config, at => moderator.judge(rule.service, at));
  const decision = byLabels(answer.labels, rule);
  const judgedNow = { at: now().toISOString(), service: rule.service, ...answer };
  await keep({ ...verdict, judged: judgedNow }, { id, jpeg, decision }, config);
  return decision;
}

const RENDITION = { contentType: 'image/jpeg', cacheControl: 'no-cache' };

/** In the config bucket as long as it is looked at. What cannot be removed again a sweep removes. */
async function shown<T>(
  jpeg: Buffer,
  key: string,
  config: ObjectStore,
  look: (key: string) => Promise<T>,
): Promise<T> {
  await config.put(key, jpeg, RENDITION);
  try {
    return await look(key);
  } finally {
    await Promise.allSettled([config.remove([key])]);
  }
}

/** The record last: whoever finds it finds the rest. */
async function keep(
  verdict: Verdict,
  { id, jpeg, decision }: { id: string; jpeg: Buffer; decision: Decision },
  config: ObjectStore,
): Promise<void> {
  const { key, phash } = verdict;
  const name = decision === 'block' ? knownKey(phash, id) : alikeKey(phash, id);
  if (decision === 'review') {
    await config.put(heldKey(id), jpeg, RENDITION);
  }
  await writeRecord(config, name, { schema: 1, key });
  await writeRecord(config, verdictKey(id), verdict);
}

/** How long an instance goes by what it listed. */
const KNOWN_FOR_MS = 5 * 60_000;

interface Remembering extends Pick<Darkroom, 'now'> {
  config: ObjectStore;
  memory: ModerationMemory;
}

async function nearest(phash: string, distance: number, { config, memory, now }: Remembering) {
  if (!isTelling(phash)) return undefined;
  const isFresh = memory.known && now().getTime() - memory.known.listedAt < KNOWN_FOR_MS;
  const known = isFresh && memory.known ? memory.known : await listKnown(config, now());
  memory.known = known;
  return known.hashes
    .map(one => ({ id: one.id, distance: hashDistance(one.phash, phash) }))
    .filter(one => one.distance <= distance)
    .sort((a, b) => a.distance - b.distance)[0];
}

async function listKnown(config: ObjectStore, now: Date) {
  const hashes: NamedHash[] = [];
  for await (const named of hashesIn(KNOWN, config)) hashes.push(named);
  return { listedAt: now.getTime(), hashes };
}

/** Whether the day's budget allows one more: taken in shares, see core/moderation/budget.ts. */
async function mayJudge(rule: Moderate, { config, memory, now }: Remembering): Promise<boolean> {
  if (rule.most === undefined) return true;
  const day = sharesPrefix(now());
  if (memory.share?.of !== day || memory.share.left === 0) {
    await writeRecord(config, `${day}${crypto.randomUUID()}.json`, { schema: 1 });
    let taken = 0;
    for await (const _ of objectsIn(config.list(day))) taken += 1;
    if (!isWithin(rule.most, taken)) return false;
    memory.share = { of: day, left: shareOf(rule.most) };
  }
  memory.share.left -= 1;
  return true;
}

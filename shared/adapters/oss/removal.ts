import type OSS from 'ali-oss';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { Attempt } from './calling.ts';

/** DeleteMultipleObjects takes at most 1,000 keys. */
const PAGE = 1000;
const SIDE_BY_SIDE = 8;

export interface Removals {
  /** One key; returns when it is gone. */
  one(key: string): Promise<void>;
  /** Many, in one request; answers those that OSS says are gone. */
  many(keys: string[]): Promise<Set<string>>;
}

/** Keys go together where XML can carry them; whatever is not answered for by name goes by itself. Throws where one stays. */
export async function removeAll(keys: string[], { one, many }: Removals): Promise<void> {
  const unique = [...new Set(keys)];
  const together = unique.filter(isCarriedByXml);
  const alone = unique.filter(key => !isCarriedByXml(key));
  for (let from = 0; from < together.length; from += PAGE) {
    const page = together.slice(from, from + PAGE);
    const gone = page.length > 1 ? await many(page) : new Set<string>();
    alone.push(...page.filter(key => !gone.has(key)));
  }
  const limit = pLimit(SIDE_BY_SIDE);
  const ends = await Promise.allSettled(alone.map(key => limit(() => one(key))));
  const failed = ends.find(end => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** XML 1.0 forbids most control characters, and its readers change the others: a tab, the ends of lines. */
function isCarriedByXml(key: string): boolean {
  return !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(key);
}

/** @types/ali-oss says texts; ali-oss hands on what the XML held. */
const deletedSchema = z.array(z.looseObject({ Key: z.string() })).catch([]);

/** Not in quiet mode, whose answer is the same for all and for none. */
export async function removeTogether(
  client: OSS,
  keys: string[],
  { timeout }: Attempt,
): Promise<Set<string>> {
  const { deleted } = await client.deleteMulti(keys, { quiet: false, timeout });
  return new Set(deletedSchema.parse(deleted).map(({ Key }) => Key));
}

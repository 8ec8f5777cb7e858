import { pMapIterable } from 'p-map';
import type { Finding } from '../../core/set/findings.ts';
import { manifestKey } from '../../core/set/keys.ts';
import { isInForce, lastAct, type Takedown } from '../../core/set/take-down-record.ts';
import type { Stores } from '../darkroom.ts';
import { takeDownsIn } from '../removal/take-down-records.ts';
import { filesOfSet, findManifest, REQUESTS_SIDE_BY_SIDE } from '../stored-set.ts';

interface Looking extends Pick<Stores, 'config'> {
  derivatives: Pick<Stores['derivatives'], 'get' | 'list'>;
  /** What is younger is someone's work that has not ended. */
  settledBefore: Date;
  /** Told of each record that cannot be read, by its own key. */
  tellUnreadable(key: string): void;
}

/** Each take-down with what is not as its record says: of one whose command or run died. Three requests for each. */
export async function* brokenTakeDowns(
  which: { prefix?: string; after?: string | undefined },
  { config, derivatives, settledBefore, tellUnreadable }: Looking,
): AsyncGenerator<{ cursor: string; findings: Finding[] }> {
  const settled = settledBefore.toISOString();
  const look = async ({ cursor, record }: { cursor: string; record: Takedown }) => ({
    cursor,
    findings: lastAct(record).at > settled ? [] : await brokenIn(record, derivatives),
  });
  yield* pMapIterable(takeDownsIn(which, config, tellUnreadable), look, {
    concurrency: REQUESTS_SIDE_BY_SIDE,
  });
}

async function brokenIn(record: Takedown, derivatives: Looking['derivatives']): Promise<Finding[]> {
  const { key } = record;
  const manifest = await findManifest(key, derivatives);
  const hasTombstone = manifest !== 'unreadable' && manifest?.takenDown !== undefined;
  const about = { problem: 'remains', original: key } as const;
  if (!isInForce(record)) {
    const why = 'its take-down was undone, the tombstone is still there';
    return hasTombstone ? [{ ...about, key: manifestKey(key), why, mend: 'settle' }] : [];
  }
  const files = (await filesOfSet(key, derivatives)).filter(file => file.key !== manifestKey(key));
  const remains = files.map(
    file => ({ ...about, key: file.key, why: 'it was taken down', mend: 'takedown' }) as const,
  );
  if (hasTombstone) return remains;
  const why = 'it was taken down, there is no tombstone';
  return [...remains, { ...about, why, mend: 'takedown' }];
}

import { isInForce, takedownKey } from '../../shared/core/set/take-down-record.ts';
import { unfinishedKey } from '../../shared/core/work/unfinished.ts';
import type { SimulatedBucket } from './bucket.ts';

type Buckets = Record<'originals' | 'config', SimulatedBucket>;

/** What arrives when all attempts are over is mended by nobody before: an orphan, or a set that word was left of. */
export function isFoundBySweep(key: string, { originals, config }: Buckets): boolean {
  return !originals.objects.has(key) || config.objects.has(unfinishedKey(key));
}

export function isTakenDown(key: string, { config }: Buckets): boolean {
  const record = config.objects.get(takedownKey(key));
  return record !== undefined && isInForce(JSON.parse(record.bytes.toString('utf8')));
}

export const FLOOR_MS = 600_000;

/** Lists that say less retain for the floor. */
export function retentionIn({ config }: Buckets): number {
  const text = config.objects.get('presets.in-force.json')?.bytes.toString('utf8') ?? '';
  return /"retain": "2h"/.test(text) ? 2 * 3_600_000 : FLOOR_MS;
}

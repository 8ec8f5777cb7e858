import { isAged, type Manifest } from '../../shared/core/set/manifest.ts';
import { unfinishedKey } from '../../shared/core/work/unfinished.ts';
import { TIMEOUT } from './actors.ts';
import type { SimulatedBucket } from './bucket.ts';
import { FLOOR_MS, retentionIn } from './looked-after.ts';
import { manifestIn } from './manifest-in.ts';

const PROMISED_MS = 120_000;

interface Seen {
  now(): number;
  buckets: Record<'originals' | 'config', SimulatedBucket>;
  accuse(kind: string, detail: string): void;
}

/** What clients were told of stays for as long as they were told. */
export function promisesOf({ now, buckets, accuse }: Seen) {
  const { originals } = buckets;
  const namedUntil = new Map<string, number>();
  const isUndone = new Set<string>();

  /** What a manifest named is read from caches for as long again as it may be kept: at the edge, then in the browser. */
  function checkGone(key: string, original: string, isLate: boolean): void {
    // Somebody may have named it again since the removal was sent. A view makes it until the sweep comes for the word.
    if (isLate && buckets.config.objects.has(unfinishedKey(original))) return;
    const named = namedUntil.get(key);
    if (named === undefined || now() - named >= PROMISED_MS) return;
    if (
      !originals.objects.has(original) ||
      isUndone.has(original) ||
      retentionIn(buckets) < FLOOR_MS
    )
      return;
    accuse(
      'promise-broken',
      `${key} was named until ${Math.round(now() - named)} ms ago, and goes`,
    );
  }

  function noteNamed(
    before: Buffer | undefined,
    after: Manifest | undefined,
    isLate = false,
  ): void {
    // Its times are of when it was sent. What a network keeps longer than a client waits is nobody's promise.
    const until = isLate && after ? Date.parse(after.committedAt) + TIMEOUT : now();
    // A manifest that arrives late may say that it failed: from then on nobody is led to it.
    const kept = new Set(after?.variants.flatMap(one => (one.state === 'failed' ? [] : one.key)));
    for (const entry of before ? manifestIn(before).variants : []) {
      const { key, state } = entry;
      // Its URL answers as well where a view makes the file; of one that aged a view alone does.
      const isNamed = state === 'rendered' || (state === 'on_demand' && !isAged(entry));
      if (isNamed && !kept.has(key)) namedUntil.set(key, until);
    }
    for (const entry of after?.variants ?? []) {
      if (entry.state === 'rendered') namedUntil.set(entry.key, Number.POSITIVE_INFINITY);
      // Whoever was told of it before has it made: its place is nobody else's.
      if (isAged(entry)) namedUntil.delete(entry.key);
    }
  }

  return {
    checkGone,
    noteNamed,
    /** Whatever was promised of it: it is to go, or was gone. */
    mayGo: (original: string) => void isUndone.add(original),
  };
}

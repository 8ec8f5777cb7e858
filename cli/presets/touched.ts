import { modelledSeconds } from '../../shared/core/work/cost.ts';
import { isTouched, type EditImpact } from '../../shared/core/list/edit-impact.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import type { ListedObject, ObjectStore } from '../../shared/ports.ts';
import { grouped } from '../terminal/figures.ts';
import { evenly } from '../measure/photos.ts';

/** What an edit touches of a bucket, counted by keys alone. */
export interface Touched {
  /** Originals there are. */
  seen: number;
  originals: number;
  files: number;
  retired: number;
  /** CPU seconds, by the model of cost.ts. */
  modelled: number;
  presets: Map<string, PresetCount>;
  /** From all over the bucket. */
  sample: { key: string; files: number; modelled: number }[];
}

export interface PresetCount {
  originals: number;
  files: number;
  retired: number;
}

interface Order {
  prefix: string;
  list: PresetList;
  touch: (key: string) => EditImpact;
  /** Originals in the sample, at most. */
  most: number;
  /** Told of each, touched or not. */
  see?: (entry: ListedObject) => void;
  tell: (text: string) => void;
}

const TELL_EVERY = 1000;

export async function countTouched(originals: ObjectStore, order: Order): Promise<Touched> {
  const counts = new Map<EditImpact, number>();
  const sample = evenSample<{ key: string; touch: EditImpact }>(order.most);
  let seen = 0;
  for await (const entry of originals.list(order.prefix)) {
    if (!('key' in entry)) continue;
    seen += 1;
    order.see?.(entry);
    if (seen % TELL_EVERY === 0) order.tell(`${grouped(seen)} originals counted`);
    const touch = order.touch(entry.key);
    if (!isTouched(touch)) continue;
    counts.set(touch, (counts.get(touch) ?? 0) + 1);
    sample.offer({ key: entry.key, touch });
  }
  const taken = sample.take().map(({ key, touch: { make } }) => ({
    key,
    files: make.length,
    modelled: modelledSeconds(make, order.list),
  }));
  return { seen, ...totalsOf([...counts], order.list), sample: taken };
}

/** Keys under the same rules share one touch, so there are few. */
function totalsOf(
  counts: [EditImpact, number][],
  list: PresetList,
): Omit<Touched, 'seen' | 'sample'> {
  const sum = (of: (touch: EditImpact) => number) =>
    counts.reduce((all, [touch, count]) => all + count * of(touch), 0);
  return {
    originals: sum(() => 1),
    files: sum(({ make }) => make.length),
    retired: sum(({ retires }) => retires),
    modelled: sum(({ make }) => modelledSeconds(make, list)),
    presets: byPreset(counts),
  };
}

function byPreset(counts: [EditImpact, number][]): Map<string, PresetCount> {
  const presets = new Map<string, PresetCount>();
  for (const [{ make, retire }, count] of counts) {
    for (const name of new Set([...make, ...retire].map(({ preset }) => preset))) {
      const so = presets.get(name) ?? { originals: 0, files: 0, retired: 0 };
      presets.set(name, {
        originals: so.originals + count,
        files: so.files + count * make.filter(({ preset }) => preset === name).length,
        retired: so.retired + count * retire.filter(({ preset }) => preset === name).length,
      });
    }
  }
  return presets;
}

/** Evenly over a sequence whose length is not known before its end, and the same at every run. */
function evenSample<T>(most: number) {
  let kept: T[] = [];
  let offered = 0;
  let step = 1;
  return {
    offer: (one: T) => {
      if (most === 0) return;
      if (offered % step === 0) kept.push(one);
      offered += 1;
      if (kept.length < most * 2) return;
      kept = kept.filter((_, index) => index % 2 === 0);
      step *= 2;
    },
    take: () => evenly(kept, most),
  };
}

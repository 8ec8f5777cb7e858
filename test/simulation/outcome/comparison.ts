import type { SimulatedBucket } from '../bucket.ts';
import type { World } from '../world.ts';

export interface Comparison {
  world: World;
  fresh: SimulatedBucket;
  /** Originals that are taken down. */
  taken: Set<string>;
  accuse(kind: string, detail: string, original?: string): void;
}

export function takenDown({ buckets: { config } }: World): Set<string> {
  const records = config.keys().filter(key => /^takedowns\/[0-9a-f]+\.json$/.test(key));
  const down = new Set<string>();
  for (const record of records) {
    const { key, acts } = JSON.parse(String(config.objects.get(record)?.bytes));
    if (acts.at(-1).act === 'takedown') down.add(key);
  }
  return down;
}

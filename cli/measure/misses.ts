import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { backfill } from '../../shared/pipeline/bulk/backfill.ts';
import { answerMiss } from '../../shared/pipeline/serve/miss.ts';
import { findManifest } from '../../shared/pipeline/stored-set.ts';
import { memoryStore, noRequests } from './memory-store.ts';
import type { Bench } from './bench.ts';
import { type Rendition, renditionOf } from './rendition.ts';

/** Each file that is made by its first view, made so: as on-cdn-miss does, and the batch of one key that records it. */
export async function missesOf(key: string, list: PresetList, bench: Bench): Promise<Rendition[]> {
  const manifest = await findManifest(key, memoryStore(bench.derivatives, noRequests()));
  if (!manifest || manifest === 'unreadable') return [];
  const waiting = manifest.variants.filter(({ state }) => state === 'on_demand');
  const made: Rendition[] = [];
  for (const variant of waiting) {
    const { file, effort } = await bench.watch(list, async darkroom => {
      const miss = await answerMiss(variant.key, darkroom);
      const file = miss.found === 'file' ? miss.bytes : undefined;
      const batch = { keys: [key], mode: 'settle' as const, made: true as const };
      if (file) await backfill(batch, darkroom, darkroom.config);
      const bytesRead = manifest.original.bytes;
      return { file, bytesRead, bytesWritten: file?.length ?? 0 };
    });
    if (!file) continue;
    made.push(...renditionOf(variant.key, file.length).map(one => ({ ...one, miss: effort })));
  }
  return made;
}

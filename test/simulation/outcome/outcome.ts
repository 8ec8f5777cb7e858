import { allowances } from '../allowances.ts';
import type { Accusation } from '../judge.ts';
import type { World } from '../world.ts';
import { takenDown } from './comparison.ts';
import { checkEdge, checkFiles } from './files.ts';
import { freshRun } from './fresh-run.ts';
import { checkManifests } from './manifests.ts';
import { checkList, checkModeration, checkRecords } from './records.ts';
import { checkFailures, checkRenders } from './work.ts';

/** What is left once all is quiet, against what a fresh run makes of the same originals and the same list. */
export async function checkOutcome(world: World): Promise<void> {
  const found: Accusation[] = [];
  const comparison = {
    world,
    fresh: await freshRun(world),
    taken: takenDown(world),
    accuse: (kind: string, detail: string, original?: string) =>
      found.push({ kind, detail, original }),
  };
  checkList(comparison);
  checkFiles(comparison);
  checkManifests(comparison);
  checkRecords(comparison);
  checkModeration(comparison);
  checkEdge(comparison);
  checkRenders(comparison);
  checkFailures(comparison);
  const guilty = found.find(one => !allowances.some(({ excuses }) => excuses(one, world)));
  if (guilty) world.judge.accuse(guilty.kind, guilty.detail);
}

import { SHARES } from '../../core/moderation/budget.ts';
import { JUDGED } from '../../core/moderation/verdict.ts';
import { objectsIn } from '../stored-set.ts';
import { PAGE, type SweepContext } from './sweep-state.ts';

/** A day of UTC, by whoever's clock. */
const OLD_MS = 25 * 3_600_000;

/** What runs that died left of what was shown to the service, and what was taken of the budget of days that are over. */
export async function removeOldOfModeration({
  config,
  now,
}: Pick<SweepContext, 'config' | 'now'>): Promise<void> {
  for (const prefix of [JUDGED, SHARES]) {
    const old: string[] = [];
    for await (const { key, modifiedAt } of objectsIn(config.list(prefix))) {
      if (now().getTime() - modifiedAt.getTime() > OLD_MS) old.push(key);
      if (old.length >= PAGE) await config.remove(old.splice(0));
    }
    if (old.length > 0) await config.remove(old);
  }
}

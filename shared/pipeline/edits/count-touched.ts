import {
  billFor,
  INSTANCE,
  modelledSeconds,
  type Prices,
  pricesSchema,
} from '../../core/work/cost.ts';
import { waitingSeconds } from '../../core/work/duration.ts';
import { impactOf, isTouched, type EditImpact } from '../../core/list/edit-impact.ts';
import { type InForce, PENDING_KEY, type Pending } from '../../core/work/in-force.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import { writeRecord } from '../records.ts';
import { startRollout } from './start-rollout.ts';
import type { EditContext } from './edit-context.ts';

/** Keys between two looks at the clock and at the list that people write. */
const PAGE = 1000;
/** Of an original that is developed; docs/costs.md counts them. */
const REQUESTS_THAT_READ = 10;
/** Of a phone's photo: nothing is read to count. */
const TYPICAL_BYTES = 3e6;

/**
 * Counts what a pending list touches. If that is within `approveAbove` of the list in force, its rollout starts. If it is
 * beyond, counting ends and the list waits for `darkroom presets apply`.
 */
export async function countTouched(
  pending: Pending,
  inForce: InForce,
  context: EditContext,
  interrupted: () => Promise<boolean>,
): Promise<void> {
  const { counted } = pending;
  const { approveAbove } = inForce.list;
  const add = counterOf(pending, inForce);
  let passed = 0;
  for await (const key of keysAfter(counted.cursor, context)) {
    add(key);
    if (beyondApproval(counted, approveAbove)) break;
    passed += 1;
    if (passed % PAGE === 0 && (await interrupted())) {
      await writeRecord(context.config, PENDING_KEY, pending);
      return;
    }
  }
  const reason = beyondApproval(counted, approveAbove);
  if (reason) await wait(pending, reason, context);
  else await startRollout(pending, { originals: counted.originals, files: counted.files }, context);
}

function counterOf({ counted, list }: Pending, inForce: InForce): (key: string) => void {
  const touch = impactOf([inForce.list], list);
  const usd = costs(list);
  return key => {
    counted.cursor = key;
    const one = touch(key);
    if (!isTouched(one)) return;
    counted.originals += 1;
    counted.files += one.make.length;
    counted.usd += usd(one);
  };
}

async function* keysAfter(
  after: string | undefined,
  { originals }: EditContext,
): AsyncGenerator<string> {
  for await (const entry of originals.list('', after ? { after } : {})) {
    if ('key' in entry) yield entry.key;
  }
}

async function wait(pending: Pending, reason: string, { config, log }: EditContext): Promise<void> {
  await writeRecord(config, PENDING_KEY, { ...pending, phase: 'waiting', reason });
  log.warn('presets-wait', { presets: pending.fingerprint, reason });
}

function beyondApproval(
  { originals, usd }: Pending['counted'],
  most: PresetList['approveAbove'],
): string | undefined {
  if (originals > most.originals) {
    return `it touches more than ${most.originals} originals (approveAbove.originals)`;
  }
  if (usd > most.usd) {
    return `it is estimated to cost more than USD ${most.usd} (approveAbove.usd)`;
  }
  return undefined;
}

/** By the model of core/work/cost.ts: this function has no codec to measure with. `presets plan` measures. */
function costs(list: PresetList): (touch: EditImpact) => number {
  const prices = pricesSchema.parse({});
  const known = new WeakMap<EditImpact, number>();
  return touch => {
    const usd = known.get(touch) ?? usdOf(touch, list, prices);
    known.set(touch, usd);
    return usd;
  };
}

function usdOf({ make }: EditImpact, list: PresetList, prices: Prices): number {
  const cpu = modelledSeconds(make, list);
  const seconds = cpu === 0 ? 0 : cpu / INSTANCE.vcpu + waitingSeconds(TYPICAL_BYTES);
  const usage = { invocations: 0.01, ...INSTANCE, seconds };
  return billFor({ ...usage, puts: make.length + 1, gets: REQUESTS_THAT_READ }, prices).usd;
}

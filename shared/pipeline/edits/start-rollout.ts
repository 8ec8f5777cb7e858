import {
  approvalKey,
  IN_FORCE_KEY,
  type InForce,
  inForceSchema,
  LAST_GOOD_KEY,
  PENDING_KEY,
  type Pending,
} from '../../core/work/in-force.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import { PUBLISHED_KEY, publishedFrom } from '../../core/list/published.ts';
import { fingerprintOfList } from '../../core/list/recipe.ts';
import { nothingDone, ROLLOUT_KEY, type Run, runSchema } from '../../core/work/run.ts';
import { findRecord, readRecord, writeRecord } from '../records.ts';
import type { EditContext } from './edit-context.ts';

/**
 * Puts a pending list in force and starts its rollout. The rollout is written first and the pending list removed last.
 * If the process dies in between, a pending list is there whose rollout is there, too, and the next invocation goes on.
 */
export async function startRollout(
  pending: Pending,
  plan: Run['plan'],
  context: EditContext,
): Promise<void> {
  const { config, log, now } = context;
  const inForce = await readRecord(config, IN_FORCE_KEY, inForceSchema);
  const former = await findRecord(config, ROLLOUT_KEY, runSchema);
  if (inForce && (former === 'unreadable' || !isStarted(pending, former))) {
    const from = formerLists(inForce, former);
    await writeRecord(config, ROLLOUT_KEY, rolloutOf(pending, { plan, from }, now()));
  }
  await putInForce(pending, context);
  log.info('presets-promoted', { presets: pending.fingerprint, former: inForce?.fingerprint });
  await config.remove([PENDING_KEY, approvalKey(pending.fingerprint)]);
}

/** Whether `startRollout` was interrupted after its first write. */
export function isStarted(pending: Pending, rollout: Run | undefined): boolean {
  return rollout?.presets === pending.fingerprint && rollout.startedAt >= pending.since;
}

/**
 * The list in force is written before the published one. If the process dies in between, clients compute URLs by the
 * former list, whose files are still there.
 */
export async function putInForce(
  { fingerprint, etag, list }: { fingerprint: string; etag: string; list: PresetList },
  context: EditContext,
): Promise<void> {
  const { config, now } = context;
  const promotedAt = now().toISOString();
  const inForce: InForce = { schema: 1, fingerprint, etag, promotedAt, list };
  await writeRecord(config, LAST_GOOD_KEY, inForce);
  await writeRecord(config, IN_FORCE_KEY, inForce);
  await publish(list, context);
}

/** A reader sees a promotion this much later. */
const PUBLISHED_CACHE = 'public, max-age=60';

/** For clients that compute URLs themselves; nothing is written where it is published already. */
export async function publish(list: PresetList, { derivatives }: EditContext): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(publishedFrom(list))}\n`);
  const there = await derivatives.get(PUBLISHED_KEY);
  if (there?.bytes.equals(bytes)) return;
  const attributes = { contentType: 'application/json', cacheControl: PUBLISHED_CACHE };
  await derivatives.put(PUBLISHED_KEY, bytes, attributes);
}

/**
 * If the list in force cannot be read, the list that people wrote takes its place, or its copy does. Nobody knows then by
 * which list the sets were made, so every original is visited.
 */
export async function restoreList(
  next: Pick<Pending, 'fingerprint' | 'etag' | 'list'>,
  context: EditContext,
): Promise<void> {
  const { config, log } = context;
  log.error('record-unreadable', { key: IN_FORCE_KEY });
  await startOver(next, context);
  await putInForce(next, context);
  log.info('presets-promoted', { presets: next.fingerprint });
  await config.remove([PENDING_KEY]);
}

/** A rollout that visits every original. */
export async function startOver(
  { fingerprint }: Pick<Pending, 'fingerprint'>,
  { config, now }: EditContext,
): Promise<void> {
  await writeRecord(
    config,
    ROLLOUT_KEY,
    rolloutOf({ fingerprint }, { plan: undefined, from: [] }, now()),
  );
}

/** If the former rollout cannot be read, or is unfinished and visits every original, there is none: every original is visited. */
function formerLists(inForce: InForce, former: Run | 'unreadable' | undefined): PresetList[] {
  if (former === 'unreadable') return [];
  const isUnfinished = former !== undefined && former.phase !== 'done';
  if (isUnfinished && former.from.length === 0) return [];
  return distinct([...(isUnfinished ? former.from : []), inForce.list]);
}

function rolloutOf(
  { fingerprint }: Pick<Pending, 'fingerprint'>,
  { plan, from }: { plan: Run['plan']; from: PresetList[] },
  now: Date,
): Run {
  const time = now.toISOString();
  return {
    schema: 1,
    id: `rollout-${fingerprint}-${now.getTime().toString(36)}`,
    kind: 'rollout',
    selection: { prefix: '', mode: 'settle' },
    phase: 'running',
    presets: fingerprint,
    from,
    // If an unfinished rollout is taken over, the plan does not count what that one left: without a plan there is no limit.
    ...(plan && from.length === 1 ? { plan } : {}),
    ...(plan ? { expected: plan.originals } : {}),
    granted: 0,
    seen: 0,
    handedOver: { batches: 0, originals: 0, planned: 0 },
    done: nothingDone(),
    counted: [],
    startedAt: time,
    updatedAt: time,
  };
}

function distinct(lists: PresetList[]): PresetList[] {
  return [...new Map(lists.map(list => [fingerprintOfList(list), list])).values()];
}

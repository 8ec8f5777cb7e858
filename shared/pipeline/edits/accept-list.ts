import {
  type Approval,
  approvalKey,
  approvalSchema,
  IN_FORCE_KEY,
  inForceSchema,
  LAST_GOOD_KEY,
  PENDING_KEY,
  type Pending,
  pendingSchema,
  REJECTED_KEY,
} from '../../core/work/in-force.ts';
import { fingerprintOfList } from '../../core/list/recipe.ts';
import { withStoredMarks } from '../marks/accept-marks.ts';
import { findRecord, writeRecord } from '../records.ts';
import { publish, putInForce, restoreList, startRollout } from './start-rollout.ts';
import type { EditContext, ReadList } from './edit-context.ts';

/** Each further turn means that the list was written anew while we worked. */
const TURNS = 10;

/**
 * Looks at the list that people write. If it is bad, it is refused with every problem named, and the last good one stays
 * in force. If it makes something else, it becomes pending; it begins at once if it was approved, otherwise
 * advance-edit.ts has it counted first. Answers the ETag of what it took, undefined where the list moves on.
 */
export async function acceptList(context: EditContext): Promise<string | undefined> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const written = await editionIn(context);
    if (!written) {
      context.log.warn('presets-missing', { key: context.presetsKey });
      return undefined;
    }
    await acceptEdition(written, context);
    const now = await context.config.head(context.presetsKey);
    if (now?.etag === written.etag) return written.etag;
  }
  return undefined;
}

type Edition = { etag: string; read: ReturnType<EditContext['read']> };

/** Hundreds of times what a list needs; what is far more would not fit into the function's memory, and be tried for ever. */
const MOST_BYTES = 1e6;

async function editionIn(context: EditContext): Promise<Edition | undefined> {
  const { config, presetsKey } = context;
  const there = await config.head(presetsKey);
  if (there && there.bytes > MOST_BYTES) {
    const problem = `${presetsKey}: expected at most ${MOST_BYTES / 1e6} MB, received ${there.bytes} bytes`;
    return { etag: there.etag, read: { problems: [problem] } };
  }
  const written = there && (await config.get(presetsKey));
  if (!written) return undefined;
  return { etag: written.etag, read: await readWhole(written.bytes.toString('utf8'), context) };
}

/** With the files that it draws with. */
async function readWhole(text: string, context: EditContext): Promise<ReadList> {
  const { presetsKey: file, read, sentence, inspectMark: inspect } = context;
  const written = read(text, file);
  if ('problems' in written) return written;
  const marked = await withStoredMarks(written.list, { config: context.config, inspect });
  if ('list' in marked) return { list: marked.list, fingerprint: fingerprintOfList(marked.list) };
  const { problems } = marked;
  return { problems: problems.map(({ path, message }) => sentence({ text, file }, path, message)) };
}

async function acceptEdition({ etag, read }: Edition, context: EditContext): Promise<void> {
  if ('problems' in read) {
    await reject(etag, read.problems, context);
    await restoreLastGood(context);
    return;
  }
  const { config, log } = context;
  const { list, fingerprint } = read;
  await config.remove([REJECTED_KEY]);
  const inForce = await findRecord(config, IN_FORCE_KEY, inForceSchema);
  if (inForce === 'unreadable') {
    await restoreList({ fingerprint, etag, list }, context);
    return;
  }
  if (!inForce) {
    // The first list of all: what was uploaded before it is `darkroom backfill`'s.
    await putInForce({ fingerprint, etag, list }, context);
    log.info('presets-promoted', { presets: fingerprint });
    return;
  }
  if (inForce.fingerprint === fingerprint) {
    if (inForce.etag !== etag) await putInForce({ fingerprint, etag, list }, context);
    else await publish(list, context);
    await config.remove([PENDING_KEY]);
    return;
  }
  const pending = await pendingFor({ fingerprint, etag, list }, context);
  const approval = await approvalOf(fingerprint, inForce.fingerprint, context);
  if (!approval) return;
  const { originals, files } = approval;
  await startRollout(pending, { originals, files }, context);
}

async function reject(etag: string, problems: string[], context: EditContext): Promise<void> {
  const { config, log, now } = context;
  for (const problem of problems) log.error('presets-rejected', { problem });
  const rejectedAt = now().toISOString();
  await writeRecord(config, REJECTED_KEY, { schema: 1, etag, rejectedAt, problems });
}

/** What people wrote cannot take the place of what cannot be read. */
async function restoreLastGood(context: EditContext): Promise<void> {
  const { config, log } = context;
  if ((await findRecord(config, IN_FORCE_KEY, inForceSchema)) !== 'unreadable') return;
  const good = await findRecord(config, LAST_GOOD_KEY, inForceSchema);
  if (good && good !== 'unreadable') await restoreList(good, context);
  else log.error('record-unreadable', { key: IN_FORCE_KEY });
}

/** The same list written once more goes on where it was. */
async function pendingFor(
  next: Pick<Pending, 'fingerprint' | 'etag' | 'list'>,
  { config, log, now }: EditContext,
): Promise<Pending> {
  const known = await findRecord(config, PENDING_KEY, pendingSchema);
  if (known !== 'unreadable' && known?.fingerprint === next.fingerprint) return known;
  const pending: Pending = {
    schema: 1,
    phase: 'counting',
    ...next,
    counted: { originals: 0, files: 0, usd: 0 },
    since: now().toISOString(),
  };
  await writeRecord(config, PENDING_KEY, pending);
  log.info('presets-pending', { presets: next.fingerprint });
  return pending;
}

async function approvalOf(
  to: string,
  from: string,
  { config, log }: EditContext,
): Promise<Approval | undefined> {
  const approval = await findRecord(config, approvalKey(to), approvalSchema);
  if (approval === 'unreadable') log.error('record-unreadable', { key: approvalKey(to) });
  else if (!approval || approval.from === from) return approval;
  else log.warn('approval-outdated', { to, from: approval.from, inForce: from });
  await config.remove([approvalKey(to)]);
  return undefined;
}

import { Failure } from '../../shared/core/failure.ts';
import {
  IN_FORCE_KEY,
  inForceSchema,
  PENDING_KEY,
  pendingSchema,
  REJECTED_KEY,
  rejectedSchema,
} from '../../shared/core/work/in-force.ts';
import { isFlawed, ROLLOUT_KEY, type Run, runSchema } from '../../shared/core/work/run.ts';
import { withUncounted } from '../../shared/pipeline/bulk/run-record.ts';
import { readRecord } from '../../shared/pipeline/records.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { onInterrupt } from '../terminal/interruption.ts';
import { sayText } from '../terminal/printer.ts';
import { outcomesInWords, progressInWords, runLine, type Since } from '../terminal/run-words.ts';
import { statusLine } from '../terminal/status-line.ts';

/** The list that was written: what it makes, and the ETag by which it is known that it was read. */
export interface Edit {
  fingerprint: string;
  etag: string;
  /** Where it was written. */
  key: string;
}

const LOOK_MS = 1000;

/** What became of an edit so far. */
type Standing =
  | { is: 'unread' | 'counting' }
  | { is: 'under-way'; run: Run }
  | { is: 'done'; run: Run | undefined };

/**
 * Until all that an edit makes is made. What it replaced goes later, which nobody waits for. Ctrl-C ends the waiting and
 * not the rollout. Throws where the edit is refused, waits, or stops.
 */
export async function awaitEdit(edit: Edit, config: ObjectStore): Promise<void> {
  const interruption = onInterrupt();
  const status = statusLine();
  let since: Since | undefined;
  try {
    while (!interruption.isAsked()) {
      const standing = await standingOf(edit, config);
      if (standing.is === 'done') {
        status.clear();
        sayDone(standing.run);
        return;
      }
      if (standing.is === 'under-way') {
        const { run } = standing;
        since ??= { at: Date.now(), done: run.done.originals };
        status.parts(runLine(run, since, Date.now()));
      } else status.tell(standing.is === 'unread' ? 'written, not read yet' : 'being counted');
      await interruption.sleep(LOOK_MS);
    }
  } finally {
    status.clear();
    interruption.end();
  }
  process.exitCode = interruption.exitCode();
  sayText('It goes on without this command: npx darkroom status shows how.');
}

function sayDone(run: Run | undefined): void {
  if (!run) {
    sayText('In force; there is nothing to make anew.');
    return;
  }
  const goes = run.retireAt ? ` What was replaced goes after ${run.retireAt}.` : '';
  sayText(`In force, and rolled out: ${progressInWords(run)}: ${outcomesInWords(run)}.${goes}`);
  if (isFlawed(run)) process.exitCode = 1;
}

async function standingOf(
  { fingerprint, etag, key }: Edit,
  config: ObjectStore,
): Promise<Standing> {
  const rejected = await readRecord(config, REJECTED_KEY, rejectedSchema);
  if (rejected?.etag === etag) throw new Failure('PRESETS_INVALID', rejected.problems.join('\n'));
  const pending = await readRecord(config, PENDING_KEY, pendingSchema);
  if (pending?.etag === etag) {
    if (pending.phase === 'counting') return { is: 'counting' };
    const message = `expected the edit to begin, it waits, since ${pending.reason}: plan it again`;
    throw new Failure('SETTINGS_INVALID', message);
  }
  const inForce = await readRecord(config, IN_FORCE_KEY, inForceSchema);
  if (inForce?.etag !== etag) {
    if ((await config.head(key))?.etag === etag) return { is: 'unread' };
    throw new Failure(
      'SETTINGS_INVALID',
      'expected the edit to come into force, another one took its place',
    );
  }
  const run = await readRecord(config, ROLLOUT_KEY, runSchema);
  // Another list began since, or nothing had to be rolled out for this one.
  if (run?.presets !== fingerprint) return { is: 'done', run: undefined };
  return await standingOfRun(run, config);
}

async function standingOfRun(run: Run, config: ObjectStore): Promise<Standing> {
  switch (run.phase) {
    case 'running':
    case 'finishing':
      // What goes after its time is no work of the edit's any more.
      if (run.kind === 'retire') return { is: 'done', run };
      return { is: 'under-way', run: await withUncounted(run, config) };
    case 'retaining':
    case 'done':
      return { is: 'done', run };
    case 'stopped':
    case 'superseded':
      throw new Failure(
        'SETTINGS_INVALID',
        `expected rollout ${run.id} to come to its end, it is ${run.phase}: ${run.reason ?? 'another edit took its place'}`,
      );
  }
}

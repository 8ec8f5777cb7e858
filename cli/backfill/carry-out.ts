import { setTimeout } from 'node:timers/promises';
import { type Failure, failureOf } from '../../shared/core/failure.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { endIfOver, overspent } from '../../shared/core/work/run.ts';
import { countResults, type RunRecord } from '../../shared/pipeline/bulk/run-record.ts';
import { submitBatches } from '../../shared/pipeline/bulk/submit-batches.ts';
import type { RunTeller } from './progress.ts';
import { type BackfillOptions, plannedFor } from './selection.ts';
import { entriesOf } from './source.ts';
import type { Connection } from '../cloud/connection.ts';
import { type Interruption, onInterrupt } from '../terminal/interruption.ts';

export interface CarryingOut {
  connection: Connection;
  list: PresetList;
  options: BackfillOptions;
  teller: RunTeller;
}

/** FC's share is used up: others come first. */
const BUSY_MS = 15_000;
const LOOK_MS = 1000;

/**
 * Hands over until the source ends, the plan is passed or someone interrupts, then waits for the last results. Answers the
 * exit code of who was interrupted.
 */
export async function carryOut(record: RunRecord, about: CarryingOut): Promise<number | undefined> {
  const interruption = onInterrupt();
  const look = startLooking(record, about);
  try {
    await handOverAndWait(record, about, { interruption, look });
  } finally {
    await look.stop();
    // Where nobody waits, what was handed over may have come to its end all the same.
    endIfOver(record.run, 0);
    await record.flush().finally(interruption.end);
  }
  look.throwIfFailed();
  return interruption.exitCode();
}

interface Beside {
  interruption: Interruption;
  look: Look;
}

async function handOverAndWait(record: RunRecord, about: CarryingOut, beside: Beside) {
  const { run } = record;
  const { options, teller } = about;
  const { interruption, look } = beside;
  while (run.phase === 'running') {
    const reason = await handOverAll(record, about, beside).catch(async (thrown: unknown) => {
      if (failureOf(thrown).code !== 'QUEUE_BUSY') throw thrown;
      teller.note('Function Compute is busy: waiting before the next batch');
      await interruption.sleep(BUSY_MS);
      return interruption.isAsked() ? 'interrupted' : undefined;
    });
    if (reason !== undefined) break;
  }
  while (options.wait && run.phase === 'finishing' && !interruption.isAsked()) {
    look.throwIfFailed();
    endIfOver(run, Date.now() - Date.parse(run.updatedAt));
    if (run.phase === 'finishing') await interruption.sleep(LOOK_MS);
  }
}

/** Answers why it stopped before the end of the source. */
async function handOverAll(record: RunRecord, about: CarryingOut, { interruption, look }: Beside) {
  const { run } = record;
  const { connection, list, options } = about;
  const { stopped } = await submitBatches({
    run,
    bucket: connection.names.originals,
    queue: connection.tasks(connection.backfillFunction),
    entries: await entriesOf(run.selection, connection),
    planned: plannedFor(run.selection, list),
    moved: record.moved,
    halt: () => {
      look.throwIfFailed();
      return interruption.isAsked() ? 'interrupted' : overspent(run, list.stopAtTimesPlan);
    },
    batchSize: options.batch,
    concurrency: options.concurrency,
    rate: options.rate,
  });
  if (stopped === undefined) run.phase = 'finishing';
  else if (stopped !== 'interrupted') {
    run.phase = 'stopped';
    run.reason = stopped;
  }
  return stopped;
}

interface Look {
  stop(): Promise<void>;
  /** Of the looking itself: the run was taken over, or its results cannot be read. */
  throwIfFailed(): void;
}

/** Counts what the workers left, and shows it, while batches are handed over and while the last are waited for. */
function startLooking(record: RunRecord, { connection, list, teller }: CarryingOut): Look {
  let isOver = false;
  let failure: Failure | undefined;
  const look = async () => {
    while (!isOver) {
      await countResults(record, connection.config);
      teller.progress(record.run);
      await setTimeout(LOOK_MS);
      const reason = overspent(record.run, list.stopAtTimesPlan);
      if (reason && record.run.phase === 'finishing') {
        Object.assign(record.run, { phase: 'stopped', reason });
      }
    }
  };
  const looking = look().catch((thrown: unknown) => {
    failure = failureOf(thrown);
  });
  return {
    stop: async () => {
      isOver = true;
      await looking;
    },
    throwIfFailed: () => {
      if (failure) throw failure;
    },
  };
}

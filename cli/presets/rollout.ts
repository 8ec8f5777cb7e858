import { Command } from 'commander';
import type * as z from 'zod';
import { Failure } from '../../shared/core/failure.ts';
import {
  ROLLOUT_KEY,
  type Run,
  runSchema,
  stopKey,
  stopSchema,
  wordOf,
} from '../../shared/core/work/run.ts';
import { findRecord, readRecord, writeRecord } from '../../shared/pipeline/records.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { sayText } from '../terminal/printer.ts';
import { nameOfUser } from '../terminal/user.ts';

/** What people do with a rollout under way. */

export function presetsStopCommand(): Command {
  const command = new Command('stop').description(
    'Stop the rollout that is running, until `presets resume`; what was handed over is finished.',
  );
  return withConnection(command).action(stop);
}

async function stop(options: ConnectionOptions): Promise<void> {
  const { id } = await stopRollout(nameOfUser('a user'), await connect(options));
  sayText(
    `Rollout ${id} stops before its next batch. npx darkroom status --watch shows when, npx darkroom presets resume goes on.`,
  );
}

/**
 * Leaves word, which who rolls out finds: the record of the rollout is its alone to write. Throws SETTINGS_INVALID where
 * none is handing over.
 */
export async function stopRollout(by: string, connection: RolloutPlace): Promise<Run> {
  const { config } = connection;
  const run = await readRecord(config, ROLLOUT_KEY, runSchema);
  if (run?.phase !== 'running') throw unexpected('is running', run);
  await writeRecord(config, stopKey(run.id), { schema: 1, by, at: new Date().toISOString() });
  await wake('stop', connection);
  return run;
}

export function presetsResumeCommand(): Command {
  const command = new Command('resume').description(
    'Go on with a rollout that stopped, since it rendered more than was planned or since somebody asked.',
  );
  return withConnection(command).action(resume);
}

async function resume(options: ConnectionOptions): Promise<void> {
  const { id } = await resumeRollout(await connect(options));
  sayText(`Rollout ${id} goes on. npx darkroom status --watch shows how.`);
}

/** Throws SETTINGS_INVALID where none has stopped. */
export async function resumeRollout(connection: RolloutPlace): Promise<Run> {
  const { config } = connection;
  const run = await readRecord(config, ROLLOUT_KEY, runSchema);
  const wish = run && (await findRecord(config, stopKey(run.id), stopSchema));
  if (run?.phase !== 'stopped') throw unexpected('stopped', run, wish ? untilSeen(wish) : '');
  await config.remove([stopKey(run.id)]);
  const { reason: _, ...rest } = run;
  // Who stopped it themselves agrees to nothing beyond the plan.
  const agreed = wish ? {} : agreedTo(run);
  await writeRecord(config, ROLLOUT_KEY, { ...rest, phase: 'running', ...agreed });
  await wake('resume', connection);
  return run;
}

/** What it came to so far, by each of its limits. */
function agreedTo({ plan, done, handedOver }: Run): Pick<Run, 'granted' | 'plan'> {
  const originals = Math.max(plan?.originals ?? 0, handedOver.originals);
  return { granted: done.rendered, ...(plan ? { plan: { ...plan, originals } } : {}) };
}

/** Word that was taken back here might have been seen there a moment before, and it would stop all the same. */
function untilSeen(wish: z.infer<typeof stopSchema> | 'unreadable'): string {
  return ` until it has seen that ${wordOf(wish)}: once more in a moment`;
}

type RolloutPlace = Pick<Connection, 'config' | 'tasks'>;

function unexpected(wanted: string, run: Run | undefined, until = ''): Failure {
  const received = run ? `the last one is ${run.phase}${until}` : 'there is none';
  return new Failure('SETTINGS_INVALID', `expected a rollout that ${wanted}, ${received}`);
}

async function wake(why: string, { tasks }: RolloutPlace): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ kind: 'darkroom.tend' }));
  await tasks('darkroom-on-presets-edited').submit(`${why}_${Date.now()}`, payload);
}

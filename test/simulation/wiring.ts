import { Failure, failureOf } from '../../shared/core/failure.ts';
import { manifestSchema } from '../../shared/core/set/manifest.ts';
import { takedownSchema } from '../../shared/core/set/take-down-record.ts';
import { inForceSchema } from '../../shared/core/work/in-force.ts';
import { purgeSchema } from '../../shared/core/work/purge.ts';
import { batchResultSchema, runSchema } from '../../shared/core/work/run.ts';
import { sweepSchema } from '../../shared/core/work/sweep.ts';
import { crashesSchema, unfinishedSchema } from '../../shared/core/work/unfinished.ts';
import { type Context, deadlineOf } from '../../shared/fc/context.ts';
import { unpackedEvent } from '../../shared/fc/replayed-event.ts';
import { readSweepEvent } from '../../shared/fc/sweep-event.ts';
import { waitOf, wantedBatch, wantedKeys } from '../../shared/fc/wanted-keys.ts';
import { backfill } from '../../shared/pipeline/bulk/backfill.ts';
import type { Lost } from '../../shared/pipeline/bulk/replay.ts';
import type { Darkroom } from '../../shared/pipeline/darkroom.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import { reconcileAll } from '../../shared/pipeline/develop/reconcile-each.ts';
import { advanceEdit } from '../../shared/pipeline/edits/advance-edit.ts';
import {
  type ListCache,
  listInForce,
  MAX_AGE_MS,
} from '../../shared/pipeline/edits/list-in-force.ts';
import { emptyMarkCache, storedMarks } from '../../shared/pipeline/marks/stored-marks.ts';
import { sweep } from '../../shared/pipeline/inspect/sweep.ts';
import { drainPurges } from '../../shared/pipeline/removal/purges.ts';
import { parseAutoKey } from '../../shared/core/set/client-choice.ts';
import { answerAuto } from '../../shared/pipeline/serve/auto.ts';
import { followUp } from '../../shared/pipeline/serve/follow-up.ts';
import { answerMiss, type Miss } from '../../shared/pipeline/serve/miss.ts';
import type {
  CdnPurges,
  Codec,
  InvocationQueue,
  Log,
  Moderator,
  ObjectStore,
} from '../../shared/ports.ts';
import { DOMAIN } from './cdn.ts';
import { remembering } from './known-texts.ts';
import { readList } from './read-list.ts';
import { SILENT_CLIENT } from '../support/silent-client.ts';

/**
 * What functions/ do with the use cases, without FC and without adapters. Only here, and in commands.ts for cli/, the
 * simulation knows a use case by its name.
 */

export const BUCKET = 'originals';
export const PRESETS_KEY = 'presets.yaml';

/** All that one process has of the world. */
export interface Env {
  originals: ObjectStore;
  derivatives: ObjectStore;
  config: ObjectStore;
  codec: Codec;
  moderator: Moderator;
  cdn: CdnPurges;
  queue(functionName: string): InvocationQueue;
  log: Log;
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** One invocation. */
export interface Invocation extends Env {
  requestId: string;
  functionName: string;
  timeoutSeconds: number;
  /** Undefined where FC does not say. */
  retryCount: number | undefined;
  replayedAt?: string;
  /** Of its instance. */
  cache: ListCache;
}

export type { Lost, ListCache };
export type FunctionName =
  | 'on-object-changed'
  | 'backfill'
  | 'on-presets-edited'
  | 'on-cdn-miss'
  | 'sweep';

type Handler = (event: Buffer, invocation: Invocation) => Promise<unknown>;

const handlers: Record<FunctionName, Handler> = {
  'on-object-changed': async (event, invocation) => {
    const { keys, ignored, since } = wantedKeys(event, BUCKET);
    const darkroom = darkroomOf(invocation);
    const waiting = { ...darkroom, ...waitOf(since, darkroom), uploadedAt: since };
    return { reports: await reconcileAll(keys, waiting), ignored };
  },
  backfill: async (event, invocation) => {
    const batch = wantedBatch(event, BUCKET);
    return { tally: await backfill(batch, darkroomOf(invocation), invocation.config) };
  },
  'on-presets-edited': async (_event, invocation) => {
    const { queue, requestId } = invocation;
    const state = await advanceEdit(editContextOf(invocation));
    if (state === 'more') {
      const payload = Buffer.from(JSON.stringify({ kind: 'darkroom.tend' }));
      await queue('on-presets-edited').submit(`tend_${requestId}`, payload);
    }
    return { state };
  },
  sweep: async (event, invocation) => {
    const { queue, requestId, cdn } = invocation;
    const order = readSweepEvent(event);
    const inForce = listInForce(invocation.config, {});
    const desk = { ...editContextOf(invocation), maxShare: 1, listInForce: inForce };
    const drained = await drainPurges({ ...desk, domain: DOMAIN, cdn }).catch(failureOf);
    const state = await sweep(desk, order === 'sweep');
    if (state === 'more') {
      const payload = Buffer.from(JSON.stringify({ kind: 'darkroom.drain' }));
      await queue('sweep').submit(`sweep_${requestId}`, payload);
    }
    if (drained instanceof Failure) throw drained;
    return { state, purges: drained };
  },
  'on-cdn-miss': async (event, invocation) => {
    const key = event.toString('utf8');
    const darkroom = darkroomOf(invocation);
    try {
      const asked = parseAutoKey(key);
      if (asked) return await answerAuto(asked, SILENT_CLIENT, darkroom);
      const { queue, log } = invocation;
      const handOn = (miss: Miss) =>
        followUp(key, miss, { queue: queue('backfill'), bucket: BUCKET, log });
      return await answerMiss(key, { ...darkroom, handOn });
    } catch (thrown) {
      return { found: 'unavailable', code: failureOf(thrown).code };
    }
  },
};

/** As functions/checkup.ts hands an event on. */
function unpacking(handler: Handler): Handler {
  return async (payload, invocation) => {
    const { event, ...replayed } = unpackedEvent(payload);
    return await handler(event, { ...invocation, ...replayed });
  };
}

export const functions: Record<FunctionName, Handler> = {
  'on-object-changed': unpacking(handlers['on-object-changed']),
  backfill: unpacking(handlers.backfill),
  'on-presets-edited': unpacking(handlers['on-presets-edited']),
  'on-cdn-miss': unpacking(handlers['on-cdn-miss']),
  sweep: unpacking(handlers.sweep),
};

function darkroomOf(invocation: Invocation): Darkroom {
  const { originals, derivatives, config, codec, log, now, cache, retryCount } = invocation;
  const { replayedAt, moderator } = invocation;
  return {
    originals,
    derivatives,
    config,
    codec,
    moderation: { moderator, memory: {} },
    log,
    now,
    isBehindCdn: true,
    listInForce: listInForce(config, cache),
    marks: storedMarks(config, emptyMarkCache(), noGlyphs),
    attempt: retryCount,
    ...(replayedAt === undefined ? {} : { replayedAt }),
    deadline: deadline(invocation),
    lanes: 2,
  };
}

/** No list of a history has a text. */
const noGlyphs = async () => () => false;

function editContextOf(invocation: Invocation) {
  const { originals, derivatives, config, log, now } = invocation;
  return {
    originals,
    derivatives,
    config,
    log,
    now,
    bucket: BUCKET,
    presetsKey: PRESETS_KEY,
    queue: invocation.queue('backfill'),
    read: readList,
    sentence: (_: unknown, __: unknown, message: string) => message,
    inspectMark: async () => undefined,
    deadline: deadline(invocation),
    graceMs: 1.5 * MAX_AGE_MS,
  };
}

function deadline({ requestId, functionName, timeoutSeconds, now }: Invocation): Date {
  const context: Context = {
    requestId,
    credentials: { accessKeyId: 'a', accessKeySecret: 's' },
    function: { name: functionName, timeout: timeoutSeconds },
    retryCount: 0,
  };
  return deadlineOf(context, now());
}

for (const schema of [
  batchResultSchema,
  crashesSchema,
  inForceSchema,
  manifestSchema,
  purgeSchema,
  takedownSchema,
  unfinishedSchema,
])
  remembering(schema);
for (const schema of [runSchema, sweepSchema]) remembering(schema, true);

/** As a fresh deployment makes one original's set. */
export async function developFresh(
  key: string,
  env: Omit<Env, 'queue' | 'cdn' | 'sleep'>,
): Promise<void> {
  const { moderator, ...rest } = env;
  await reconcile(key, {
    ...rest,
    moderation: { moderator, memory: {} },
    isBehindCdn: false,
    listInForce: listInForce(env.config, {}),
    marks: storedMarks(env.config, emptyMarkCache(), noGlyphs),
    attempt: 0,
    deadline: undefined,
    lanes: 2,
  });
}

import * as z from 'zod';
import { recordedList } from '../list/preset-list.ts';
import { codeIn, type Report } from '../set/report.ts';

/**
 * Work on many originals: a backfill that someone started, or the rollout of an edited list. Where one key is spoken of,
 * "a run" is one call of reconcile.
 */

/**
 * What a run does with an original: `settle` makes right whatever is not; `missing` only where there is no
 * manifest, `stale` only where there is one; `retry-failed` takes recorded failures up again; `force` renders anew;
 * `takedown` looks for a take-down first, and carries it out again, with a purge.
 */
export const modes = [
  'settle',
  'missing',
  'stale',
  'retry-failed',
  'force',
  'takedown',
  'moderate',
] as const;
export type Mode = (typeof modes)[number];

/** What became of the originals of some batches. */
export const tallySchema = z.strictObject({
  batches: z.int(),
  originals: z.int(),
  planned: z.int().describe('files that the list in force asks for of them, at most'),
  rendered: z.int().describe('files'),
  bytes: z.int(),
  seconds: z.number().describe('of wall time, inside the functions'),
  outcomes: z.record(z.string(), z.int()).describe('originals by outcome'),
  failures: z.record(z.string(), z.int()).describe('originals by the code of their failure'),
});
export type Tally = z.infer<typeof tallySchema>;

const presentRun = z.strictObject({
  schema: z.literal(1),
  id: z.string(),
  kind: z
    .enum(['backfill', 'rollout', 'retire'])
    .describe('retire: what a rollout replaced is removed'),
  selection: z.strictObject({
    prefix: z.string(),
    since: z.iso.datetime().optional(),
    preset: z.string().optional(),
    mode: z.enum(modes),
    inventory: z
      .string()
      .optional()
      .describe('key of its manifest.json; else the bucket is listed'),
    limit: z.int().optional(),
  }),
  phase: z.enum(['running', 'finishing', 'retaining', 'done', 'stopped', 'superseded']),
  reason: z.string().optional(),
  presets: z.string().describe('fingerprint of the list in force when it started'),
  from: z
    .array(recordedList)
    .default([])
    .describe('of a rollout: the lists that originals may still have the sets of'),
  plan: z
    .strictObject({ originals: z.int(), files: z.int() })
    .optional()
    .describe('what was approved'),
  expected: z
    .int()
    .optional()
    .describe('of a rollout: originals that its edit touches, as they were counted'),
  granted: z.int().default(0).describe('files beyond the plan that someone agreed to by resuming'),
  cursor: z.string().optional().describe('all before it were handed over'),
  seen: z.int().describe('originals, those passed over included'),
  handedOver: z.strictObject({ batches: z.int(), originals: z.int(), planned: z.int() }),
  archived: z
    .strictObject({ originals: z.int(), first: z.array(z.string()) })
    .optional()
    .describe('passed over, since they cannot be read until somebody restores them'),
  done: tallySchema,
  counted: z.array(z.string()).describe('results in `done` that may still be lying there'),
  startedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  retireAt: z.iso.datetime().optional().describe('when what was replaced goes'),
});
/** Named as examples. */
const FIRST_ARCHIVED = 5;

export function withArchived(known: Run['archived'], keys: string[]): NonNullable<Run['archived']> {
  const { originals, first } = known ?? { originals: 0, first: [] };
  const named = [...first, ...keys].slice(0, FIRST_ARCHIVED);
  return { originals: originals + keys.length, first: named };
}

/** Records that were written before the word was `retire` said `sweep`, and `sweepAt`. */
function inPresentWords(record: unknown): unknown {
  if (typeof record !== 'object' || record === null) return record;
  const { sweepAt, ...rest } = record as Record<string, unknown>;
  return {
    ...rest,
    ...(rest.kind === 'sweep' ? { kind: 'retire' } : {}),
    ...(sweepAt === undefined ? {} : { retireAt: sweepAt }),
  };
}

export const runSchema = z.preprocess(inPresentWords, presentRun);
export const runKinds = presentRun.shape.kind;
export type Run = z.infer<typeof runSchema>;

/** What the backfill function leaves of one batch; whoever counts it takes it away. */
export const batchResultSchema = z.strictObject({ task: z.string(), tally: tallySchema });
export type BatchResult = z.infer<typeof batchResultSchema>;

export const RUNS = 'runs/';
/** The one rollout there is, or was last. */
export const ROLLOUT_KEY = 'rollout.json';

export function runKey(id: string): string {
  return `${RUNS}${id}/run.json`;
}

/** Which command carries it out. */
export function ownerKey(id: string): string {
  return `${RUNS}${id}/owner.json`;
}

/** Somebody wants the rollout stopped: it is looked for before each batch, since the run's own record has one writer. */
export function stopKey(id: string): string {
  return `${RUNS}${id}/stop.json`;
}

export const stopSchema = z.strictObject({
  schema: z.literal(1),
  by: z.string(),
  at: z.iso.datetime(),
});

/** In words, also where what lies there cannot be read: whoever left it wants no more files. */
export function wordOf(wish: z.infer<typeof stopSchema> | 'unreadable'): string {
  return wish === 'unreadable' ? 'somebody stopped it' : `${wish.by} stopped it at ${wish.at}`;
}

export function resultsPrefix(id: string): string {
  return `${RUNS}${id}/results/`;
}

export function resultKey(id: string, task: string): string {
  return `${resultsPrefix(id)}${task}.json`;
}

export function nothingDone(): Tally {
  return {
    batches: 0,
    originals: 0,
    planned: 0,
    rendered: 0,
    bytes: 0,
    seconds: 0,
    outcomes: {},
    failures: {},
  };
}

export function addTally(a: Tally, b: Tally): Tally {
  return {
    batches: a.batches + b.batches,
    originals: a.originals + b.originals,
    planned: a.planned + b.planned,
    rendered: a.rendered + b.rendered,
    bytes: a.bytes + b.bytes,
    seconds: a.seconds + b.seconds,
    outcomes: addCounts(a.outcomes, b.outcomes),
    failures: addCounts(a.failures, b.failures),
  };
}

function addCounts(a: Record<string, number>, b: Record<string, number>) {
  const sum = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** One batch's tally from what reconcile reported of its originals. */
export function tallyOf(
  results: { report?: Report; failure?: { code: string } }[],
  { planned, seconds }: { planned: number; seconds: number },
): Tally {
  const tally = { ...nothingDone(), batches: 1, originals: results.length, planned, seconds };
  for (const { report, failure } of results) {
    const outcome = failure ? 'thrown' : (report?.outcome ?? 'ignored');
    tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
    const code = failure?.code ?? codeIn(report);
    if (code) tally.failures[code] = (tally.failures[code] ?? 0) + 1;
    for (const { bytes } of report?.rendered ?? []) {
      tally.rendered += 1;
      tally.bytes += bytes;
    }
  }
  return tally;
}

/** Fewer files than this prove nothing about a plan. */
const NOTEWORTHY_FILES = 100;

/**
 * Why a run has to stop, or undefined: what was really rendered for the batches done so far is beyond what was
 * planned for these very batches, or the walk is beyond what was approved.
 */
export function overspent(run: Run, timesPlan: number): string | undefined {
  const { done, plan, handedOver, granted } = run;
  const most = Math.max(done.planned * timesPlan, NOTEWORTHY_FILES) + granted;
  if (done.rendered > most) {
    return `rendered ${done.rendered} files where ${done.planned} were planned, more than ${timesPlan} times (stopAtTimesPlan)`;
  }
  if (plan && handedOver.originals > Math.max(plan.originals * timesPlan, NOTEWORTHY_FILES)) {
    return `handed over ${handedOver.originals} originals where ${plan.originals} were approved, more than ${timesPlan} times (stopAtTimesPlan)`;
  }
  return undefined;
}

/** A batch that has said nothing for so long was given up. */
export const SILENCE_MS = 30 * 60_000;

/** Ends a run whose batches have all reported, or of which none has for too long. */
export function endIfOver(run: Run, silentMs: number): void {
  if (run.phase !== 'finishing') return;
  const missing = run.handedOver.batches - run.done.batches;
  if (missing > 0 && silentMs <= SILENCE_MS) return;
  run.phase = 'done';
  if (missing > 0) run.reason ??= noWordOf(missing);
}

export function noWordOf(batches: number): string {
  return `no word of ${batches} batches: see the failure destination`;
}

/** Done, and yet not all that was handed over has come to its end. */
export function isFlawed({ handedOver, done }: Run): boolean {
  return (done.outcomes.thrown ?? 0) > 0 || done.batches < handedOver.batches;
}

import * as z from 'zod';
import { failureCodes } from '../failure.ts';
import { reportSchema } from '../set/report.ts';
import { runKinds, tallySchema } from '../work/run.ts';
import { sweepSchema } from '../work/sweep.ts';

/**
 * Everything that is ever logged, by name, with its fields. Strict, so that nothing slips into a line that nobody
 * thought of: no field holds a credential or a signed URL. The queries of ops/sls are checked against this.
 */

const key = z.string().describe('of the original, not URL-encoded');
const count = z.int().min(0);
const milliseconds = z.number().min(0);
const presets = z.string().describe('fingerprint of a preset list');

const failed = {
  code: z.enum(failureCodes),
  kind: z
    .enum(['input', 'transient', 'fault'])
    .describe('whose fault: see docs/adr/0006-failures.md'),
  message: z.string(),
  status: z.number().optional().describe('of the HTTP answer'),
  ossCode: z.string().optional(),
  ossRequestId: z.string().optional(),
  apiCode: z.string().optional(),
};

export const logEvents = {
  woken: z.strictObject({
    keys: count.describe('originals that the event speaks of'),
    ageMs: milliseconds.optional().describe('since the oldest upload or delete; OSS tells seconds'),
  }),
  ignored: z.strictObject({ key: key.optional(), reason: z.string() }),
  rendered: z.strictObject({
    key: z.string().describe('of the derivative'),
    bytes: count,
    milliseconds,
  }),
  reconciled: z.strictObject({
    ...reportSchema.pick({ state: true, outcome: true, reason: true, spent: true, readyMs: true })
      .shape,
    key,
    version: z.string().optional().describe('of the set in force'),
    files: count.describe('rendered by this run'),
    kept: count.describe('files that were there already'),
    removed: count.describe('objects'),
    deferred: count.optional().describe('files left for later under pressure'),
    failures: count.describe('files that failed; the manifest names them'),
    code: z.enum(failureCodes).optional().describe('of the picture, or of the first that failed'),
    message: z.string().optional(),
  }),
  'reconcile-failed': z.strictObject({ key, ...failed }),
  'batch-done': z.strictObject({
    ...tallySchema.shape,
    run: z.string().optional(),
    task: z.string().optional(),
  }),
  'miss-rendered': z.strictObject({
    key: z.string().describe('of the derivative'),
    milliseconds: reportSchema.shape.spent.shape.milliseconds,
  }),
  'miss-failed': z.strictObject({ key: z.string().describe('asked for'), ...failed }),
  'follow-up-failed': z.strictObject({ key: z.string().describe('of the derivative'), ...failed }),
  'published-unjudged': z.strictObject({ key, ...failed }),
  'presets-missing': z.strictObject({ key: z.string().describe('in the config bucket') }),
  'presets-rejected': z.strictObject({ problem: z.string() }),
  'presets-pending': z.strictObject({ presets }),
  'presets-wait': z.strictObject({ presets, reason: z.string() }),
  'presets-promoted': z.strictObject({ presets, former: presets.optional() }),
  'approval-outdated': z.strictObject({ to: presets, from: presets, inForce: presets }),
  'run-stopped': z.strictObject({ run: z.string(), reason: z.string() }),
  'run-done': z.strictObject({
    run: z.string(),
    kind: runKinds,
    done: tallySchema,
    retireAt: z.iso.datetime().optional(),
  }),
  'sweep-ended': sweepSchema,
  'takedown-broken': z.strictObject({ key, why: z.string() }),
  'takedown-purged': z.strictObject({
    directory: z.string().describe('below which all of it lies'),
    purge: z.string().describe('takedowns/purged/{purge}.json is the proof'),
    of: z.enum(['directory', 'files']),
    task: z.string().describe('of the CDN'),
  }),
  'purges-drained': z.strictObject({
    done: count,
    waiting: count,
    tasks: z.array(z.string()).describe('of the CDN'),
  }),
  'purge-refused': z.strictObject({
    directory: z.string(),
    purge: z.string().describe('its id, of `purges/`'),
    message: z.string(),
  }),
  'drain-failed': z.strictObject(failed),
  'record-unreadable': z.strictObject({ key: z.string().describe('in the config bucket') }),
  'record-foreign': z.strictObject({
    key: z.string().describe('in the config bucket'),
    run: z.string(),
    presets: z.string().describe('fingerprint of the list in force, whose run it is not'),
  }),
  'spans-lost': z.strictObject({ count, reason: z.string() }),
} as const;

export type LogEvent = keyof typeof logEvents;
export type LogFacts<E extends LogEvent> = z.infer<(typeof logEvents)[E]>;

const line = {
  level: z.enum(['debug', 'info', 'warn', 'error']),
  time: z.iso.datetime(),
  requestId: z
    .string()
    .describe('of the invocation, as in FC’s own lines and destination messages'),
  attempt: z.int().min(1).optional().describe('1 for an event’s first delivery'),
};

const lines = (Object.keys(logEvents) as LogEvent[]).map(event =>
  z.strictObject({ ...line, event: z.literal(event), ...logEvents[event].shape }),
);

/** One line, as it is written. */
export const logLineSchema = z.union(lines);

/** One line's event with its facts. */
export type Logged = { [E in LogEvent]: { event: E } & LogFacts<E> }[LogEvent];

/** Undefined of what is no line of ours: a library wrote it, or a crash. */
export function loggedIn(line: string): Logged | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isOurs = typeof value === 'object' && value !== null && 'event' in value;
    return isOurs ? (value as Logged) : undefined;
  } catch {
    return undefined;
  }
}

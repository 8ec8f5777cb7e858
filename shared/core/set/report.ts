import * as z from 'zod';
import { type FailureCode, failureCodes } from '../failure.ts';
import { manifestKey } from './keys.ts';
import { isDeferred, type Manifest } from './manifest.ts';
import { photoStates, stateOfSet } from './photo-state.ts';

const count = z.int().min(0);

const spentSchema = z.object({
  decodes: count,
  bytesRead: count,
  bytesWritten: count,
  milliseconds: z
    .object({
      total: z.number(),
      read: z.number(),
      decode: z.number(),
      resize: z.number(),
      encode: z.number(),
      write: z.number(),
    })
    .describe('wall time; those of resize, encode and write add up over what runs side by side'),
});

/** What one reconcile did. Fields may be added: a reader passes over those it does not know. */
export const reportSchema = z.object({
  key: z.string().describe('of the original, not URL-encoded'),
  state: z
    .enum(photoStates)
    .exclude(['pending'])
    .describe('what to tell whoever waits; absent: there are no files and none will come'),
  outcome: z
    .enum(['developed', 'settled', 'failed', 'removed', 'ignored', 'taken-down', 'withheld'])
    .describe('what this run did'),
  reason: z.string().optional().describe('where the outcome alone does not say it'),
  manifest: z
    .object({
      key: z.string().describe('in the derivatives bucket'),
      version: z.string(),
      etag: z.string().describe('of the original, without quotes, as OSS answered its upload'),
      complete: z.boolean(),
    })
    .optional()
    .describe('of the set that is in force now'),
  rendered: z.array(z.object({ key: z.string(), bytes: count, milliseconds: z.number().min(0) })),
  kept: count.describe('files that were there already'),
  removed: count.describe('objects'),
  deferred: count
    .optional()
    .describe('files left for later under pressure: made by a view, or by the sweep within a day'),
  failed: z.array(z.object({ key: z.string(), code: z.enum(failureCodes), message: z.string() })),
  spent: spentSchema,
  readyMs: z
    .number()
    .min(0)
    .optional()
    .describe(
      'from the upload to the end of this run, which developed it, earlier attempts included; OSS tells seconds',
    ),
  shortened: z
    .object({ rendered: count, failed: count })
    .optional()
    .describe('how many entries there were in lists that were left out to fit a message'),
});

/** What on-object-changed returns, and so what FC's onSuccess destination delivers: the ready signal. */
export const answerSchema = z.object({
  schema: z.literal(1),
  reports: z.array(reportSchema),
  ignored: z
    .array(z.object({ key: z.string().optional(), reason: z.string() }))
    .describe('records of the event that are not for Darkroom'),
  omitted: z
    .object({ reports: count, ignored: count })
    .optional()
    .describe('how many more there were; their keys are in the event, in requestPayload'),
});

export type Spent = z.infer<typeof spentSchema>;
export type Report = z.infer<typeof reportSchema>;
export type Answer = z.infer<typeof answerSchema>;

export function nothingSpent(): Spent {
  const milliseconds = { total: 0, read: 0, decode: 0, resize: 0, encode: 0, write: 0 };
  return { decodes: 0, bytesRead: 0, bytesWritten: 0, milliseconds };
}

interface Results {
  outcome: Report['outcome'];
  reason?: string;
  manifest?: Manifest | undefined;
  rendered?: { variant: { key: string }; bytes: number; milliseconds: number }[];
  removed?: number;
}

export function reportOf(run: { key: string; spent: Spent }, results: Results): Report {
  const { outcome, reason, manifest, rendered = [], removed = 0 } = results;
  const variants = manifest?.variants ?? [];
  const deferred = variants.filter(isDeferred).length;
  return {
    key: run.key,
    state: stateAfter(outcome, manifest),
    outcome,
    ...(reason ? { reason } : {}),
    ...(manifest ? { manifest: nameOf(manifest) } : {}),
    rendered: rendered.map(({ variant, bytes, milliseconds }) => ({
      key: variant.key,
      bytes,
      milliseconds,
    })),
    kept: variants.filter(({ state }) => state === 'rendered').length - rendered.length,
    removed,
    ...(deferred > 0 ? { deferred } : {}),
    failed: variants.flatMap(variant =>
      variant.state === 'failed'
        ? [{ key: variant.key, code: variant.reason, message: variant.message }]
        : [],
    ),
    spent: run.spent,
  };
}

/** An event that came again, and a delete, have nothing to be ready with. */
export function withReadyTime(report: Report, uploadedAt: Date | undefined, now: Date): Report {
  if (!uploadedAt || report.outcome !== 'developed') return report;
  return { ...report, readyMs: Math.max(0, now.getTime() - uploadedAt.getTime()) };
}

/** Of two turns of one run, the second of which ended it. */
export function reportOfBoth(first: Report, second: Report): Report {
  if (second.outcome !== 'settled' && second.outcome !== 'developed') return second;
  return {
    ...second,
    outcome: first.outcome === 'developed' ? first.outcome : second.outcome,
    rendered: [...first.rendered, ...second.rendered],
    kept: second.kept - first.rendered.length,
    removed: first.removed + second.removed,
  };
}

/** A run that is over leaves nobody waiting: what failed before there was a manifest has failed for good. */
function stateAfter(outcome: Report['outcome'], manifest: Manifest | undefined): Report['state'] {
  if (outcome === 'removed' || outcome === 'ignored' || outcome === 'taken-down') return 'absent';
  const state = stateOfSet(manifest);
  return state === 'pending' ? 'failed' : state;
}

function nameOf({ original, version, complete }: Manifest) {
  return { key: manifestKey(original.key), version, etag: original.etag, complete };
}

/** Of the first file that failed, or of the picture: a failed set's reason is `CODE: message`. */
export function codeIn(report: Report | undefined): FailureCode | undefined {
  const { outcome, failed = [], reason = '' } = report ?? {};
  if (outcome !== 'failed') return failed[0]?.code;
  return failureCodes.find(code => reason.startsWith(`${code}:`));
}

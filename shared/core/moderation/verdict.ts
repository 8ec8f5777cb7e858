import * as z from 'zod';
import { type Label, labelSchema } from './judgement.ts';
import { isHit, type Moderate } from './moderate.ts';

/**
 * What was found of an original's bytes, in the config bucket and private: by the service (`moderation/verdicts/`), and
 * by people (`moderation/reviews/`), each in an object of its own, so that neither writes over the other.
 */

export const verdictSchema = z.strictObject({
  schema: z.literal(1),
  key: z.string().describe('of the original that was judged, raw'),
  sha256: z.string().describe('of its bytes: a CRC-64 can be forged'),
  phash: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .describe('perceptual, of the rendition'),
  judged: z
    .strictObject({
      at: z.iso.datetime(),
      service: z.string(),
      labels: z.array(labelSchema),
      requestId: z.string(),
    })
    .optional()
    .describe('absent where it is held for what it looks like, and was not judged'),
  alike: z
    .strictObject({ id: z.string(), distance: z.int().min(0) })
    .optional()
    .describe('what was blocked or taken down and looks like it'),
});
export type Verdict = z.infer<typeof verdictSchema>;

export const reviewSchema = z.strictObject({
  schema: z.literal(1),
  acts: z
    .array(
      z.strictObject({
        act: z.enum(['pass', 'block']),
        key: z.string().describe('of the original that was looked at, raw'),
        sha256: z.string().describe('of its bytes'),
        at: z.iso.datetime(),
        by: z.string(),
        reason: z.string().optional(),
      }),
    )
    .min(1)
    .describe('oldest first; the last one counts'),
});
export type Review = z.infer<typeof reviewSchema>;

export type Decision = 'pass' | 'review' | 'block';

/** The last word of a person counts; without one, what the rule says of the labels. Undefined where it is to be judged. */
export function decisionOf(
  verdict: Verdict | undefined,
  review: Review | undefined,
  rule: Moderate,
): Decision | undefined {
  const act = review?.acts.at(-1)?.act;
  if (act) return act;
  if (verdict?.alike && rule.known) return 'review';
  const { judged } = verdict ?? {};
  if (judged?.service !== rule.service) return undefined;
  return byLabels(judged.labels, rule);
}

export function byLabels(labels: Label[], { block, review }: Moderate): Decision {
  const hits = (rules: string[]) => labels.some(label => rules.some(rule => isHit(rule, label)));
  if (hits(block)) return 'block';
  return hits(review) ? 'review' : 'pass';
}

/** What OSS says of bytes. */
export interface StoredBytes {
  etag: string;
  bytes: number;
  crc64?: string | undefined;
}

/** The same bytes have the same, under whatever key and however often they are uploaded; but a copy has no CRC-64. */
export function bytesId(object: StoredBytes): string {
  const { bytes, crc64 } = object;
  return crc64 === undefined ? etagId(object) : `${crc64}-${bytes}`;
}

export function etagId({ etag, bytes }: StoredBytes): string {
  return `etag-${etag.toUpperCase()}-${bytes}`;
}

/** All of it in the config bucket. */
export const MODERATION = 'moderation/';
export const verdictKey = (id: string) => `${MODERATION}verdicts/${id}.json`;
/** What else the bytes of an ETag are called. */
export const sameBytesKey = (id: string) => `${MODERATION}verdicts/${id}.same.json`;
export const reviewKey = (id: string) => `${MODERATION}reviews/${id}.json`;

/** What the service looks at, while it does: for each that asks an object of its own, since each takes its away again. */
export const JUDGED = `${MODERATION}judged/`;
export const judgedKey = (asking: string, id: string) => `${JUDGED}${asking}/${id}.jpg`;
/** The same, for people, as long as it waits for them. */
export const HELD = `${MODERATION}held/`;
export const heldKey = (id: string) => `${HELD}${id}.jpg`;
/** The id in such a key. */
export const heldIn = (key: string) => key.slice(HELD.length, -'.jpg'.length);

/** One object for each picture that was judged, and for each that was blocked or taken down: its name says it all. */
export const ALIKE = `${MODERATION}alike/`;
export const KNOWN = `${MODERATION}known/`;
export const alikeKey = (phash: string, id: string) => `${ALIKE}${phash}-${id}.json`;
export const knownKey = (phash: string, id: string) => `${KNOWN}${phash}-${id}.json`;

const NAMED = /\/([0-9a-f]{16})-([^/]+)\.json$/;

export function hashIn(key: string): { phash: string; id: string } | undefined {
  const [, phash, id] = NAMED.exec(key) ?? [];
  return phash && id ? { phash, id } : undefined;
}

import * as z from 'zod';
import { failureCodes } from '../failure.ts';
import { outputFormats } from '../list/preset-list.ts';
import { contentSchema } from '../picture/content.ts';
import { focusSchema, regionSchema } from '../picture/focus.ts';
import { pictureSchema } from '../picture/picture.ts';
import { placeholderSchema } from '../picture/placeholder.ts';
import { shortHash } from '../list/fingerprint.ts';
import type { Texts } from '../watermark/mark-text.ts';

/**
 * `{original key}/manifest.json` in the derivatives bucket: the commit record of a set and the index that
 * readers use. The only object of a set that is ever overwritten.
 */

const size = { width: z.int().positive(), height: z.int().positive() };
const named = {
  preset: z.string(),
  format: z.enum(outputFormats),
  fingerprint: z.string(),
  key: z.string().describe('in the derivatives bucket, not URL-encoded'),
  ...size,
};

export const variantSchema = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('rendered'),
    ...named,
    bytes: z.int().positive(),
    renderedAt: z.iso.datetime(),
    unshown: z
      .array(z.string())
      .optional()
      .describe('characters of its watermark that no font has, such as U+1F600: they are left out'),
  }),
  z.strictObject({
    state: z.literal('on_demand'),
    ...named,
    deferred: z
      .literal(true)
      .optional()
      .describe('is made on upload, and was left for later, since too many uploads waited'),
    aged: z
      .literal(true)
      .optional()
      .describe('is not kept any more, since its original is older than the preset’s `keep`'),
  }),
  z.strictObject({
    state: z.literal('skipped'),
    ...named,
    reason: z
      .enum(['larger-than-original', 'beyond-format-limit', 'not-smaller-than-fallback'])
      .describe('not-smaller: the same size in jpeg or png has fewer bytes'),
  }),
  z.strictObject({
    state: z.literal('failed'),
    ...named,
    reason: z.enum(failureCodes),
    message: z.string(),
  }),
]);

/** `held` waits for a person, or for a verdict. */
export const withheldStates = ['blocked', 'held'] as const;

/** What OSS says of an original. */
const objectSchema = z.strictObject({
  key: z.string(),
  etag: z.string().describe('without quotes'),
  bytes: z.int().min(0),
  crc64: z.string().optional().describe('CRC-64/XZ, decimal'),
  focus: z
    .union([focusSchema, z.literal('unreadable')])
    .optional()
    .describe('what its uploader said by x-oss-meta-focus, in thousandths of the upright picture'),
  said: z
    .string()
    .optional()
    .describe('names what its uploader said by x-oss-meta-wm-*, of which nothing is told here'),
});

export const manifestSchema = z.strictObject({
  schema: z.literal(1),
  version: z.string().describe('of the original, as in its derivatives’ keys'),
  original: z.strictObject({
    ...objectSchema.shape,
    ...pictureSchema.partial().shape,
    placeholder: placeholderSchema.optional(),
    content: contentSchema
      .optional()
      .describe('what decided of its files, where the list leaves settings to the picture'),
  }),
  presets: z.string().describe('fingerprint of the preset list that was in force'),
  complete: z.boolean().describe('every eager variant is there'),
  failure: z.strictObject({ code: z.enum(failureCodes), message: z.string() }).optional(),
  takenDown: z
    .strictObject({ at: z.iso.datetime() })
    .optional()
    .describe(
      'nothing is rendered of the key; all else is empty, and says nothing of the original',
    ),
  state: z
    .enum(withheldStates)
    .optional()
    .describe('nothing is published of it: why, and what is known of it, is nobody’s to read here'),
  unjudged: z
    .literal(true)
    .optional()
    .describe('is published without the verdict that its rule asks for, which is still to come'),
  variants: z.array(variantSchema),
  focus: z
    .record(z.string(), regionSchema)
    .optional()
    .describe(
      'by preset the part that its files show, where it was searched for or said, in thousandths of the upright picture',
    ),
  retired: z
    .array(
      z.strictObject({
        key: z.string(),
        retiredAt: z.iso.datetime(),
        region: regionSchema.optional().describe('what it shows, as in `focus`'),
      }),
    )
    .describe('replaced derivatives that stay until the list’s retain time is over'),
  unpurged: z
    .array(z.string())
    .optional()
    .describe('versions of which files went after an edit, without a purge: a CDN may have them'),
  committedAt: z.iso.datetime(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestVariant = z.infer<typeof variantSchema>;

/** Made on upload, but not yet: see `pressure` of the list. */
export function isDeferred(variant: ManifestVariant): boolean {
  return variant.state === 'on_demand' && variant.deferred === true;
}

/** Since it retired, by whoever named it again: nobody knows until when. `there`: a listing of the set. */
export function isMadeAgain(
  { key, retiredAt }: Manifest['retired'][number],
  there: ReadonlyMap<string, string>,
): boolean {
  const madeAt = there.get(key);
  return madeAt !== undefined && Date.parse(madeAt) > Date.parse(retiredAt);
}

/** Not kept any more: see `keep` of a preset. */
export function isAged(variant: ManifestVariant | undefined): boolean {
  return variant?.state === 'on_demand' && variant.aged === true;
}

export type OriginalObject = z.infer<typeof objectSchema> & Unwritten;

/** What a HEAD tells beside, and no manifest: it is public, and stays as it is where nothing of the picture changed. */
interface Unwritten {
  /** What `said` names. */
  texts?: Texts;
  link?: Link;
  /** ISO-8601, Last-Modified; undefined where nobody says. */
  uploadedAt?: string;
  /** Of a storage class that is read only for as long as somebody has it restored. */
  isArchived?: true;
}

/** Of a symlink. `isDown`: nothing is rendered of its target any more. */
export interface Link {
  target: string;
  isDown?: true;
}

/**
 * Whether both are the same bytes: by size and CRC-64, whatever ETag a copy gave them (a multipart upload that is copied
 * onto itself gets another one); by the ETag where OSS knows no CRC-64 of one of them.
 */
export function isSameObject(a: OriginalObject, b: OriginalObject): boolean {
  if (a.bytes !== b.bytes) return false;
  return a.crc64 !== undefined && b.crc64 !== undefined ? a.crc64 === b.crc64 : a.etag === b.etag;
}

/**
 * Of the same bytes something else may be said, what they are about or whose they are: a copy of an object onto itself
 * changes its metadata alone.
 */
export function isSaidAlike(a: OriginalObject, b: OriginalObject): boolean {
  return a.said === b.said && isSameFocus(a.focus, b.focus);
}

function isSameFocus(a: OriginalObject['focus'], b: OriginalObject['focus']): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.x === b.x && a.y === b.y;
}

/** An original's words, and what names them where they are not told. */
export function wordsSaid(texts: Texts): Pick<OriginalObject, 'texts' | 'said'> {
  return Object.keys(texts).length > 0 ? { texts, said: shortHash(texts) } : {};
}

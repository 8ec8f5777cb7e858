import { randomUUID } from 'node:crypto';
import * as z from 'zod';

/** https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketlifecycle */

const after = z.strictObject({
  Days: z.string().regex(/^[1-9]\d{0,5}$/, 'expected a positive number of days'),
});

const rule = z
  .strictObject({
    ID: z
      .string()
      .refine(id => Buffer.byteLength(id) <= 255, 'expected 255 bytes at most')
      .default('')
      .transform(id => id || randomUUID()),
    Prefix: z.string().default(''),
    Status: z.enum(['Enabled', 'Disabled'], 'expected Enabled or Disabled'),
    Expiration: after.optional(),
    AbortMultipartUpload: after.optional(),
  })
  .refine(
    ({ Expiration, AbortMultipartUpload }) => Expiration ?? AbortMultipartUpload,
    'expected Expiration or AbortMultipartUpload',
  );

const areUnique = (values: string[]) => new Set(values).size === values.length;

/** OSS refuses two rules of one prefix: https://help.aliyun.com/en/oss/user-guide/0014-00000085 */
export const lifecycleSchema = z.strictObject({
  Rule: z
    .array(rule)
    .max(1000, 'expected 1,000 rules at most')
    .refine(
      rules => areUnique(rules.map(({ ID }) => ID)),
      'expected an ID of its own for each rule',
    )
    .refine(
      rules => areUnique(rules.map(({ Prefix }) => Prefix)),
      'expected a prefix of its own for each rule',
    ),
});

export type Lifecycle = z.infer<typeof lifecycleSchema>;
export type LifecycleRule = Lifecycle['Rule'][number];

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Days are counted from the midnight (UTC) after the last change, so nothing goes before its time:
 * https://alibabacloud.com/help/en/oss/user-guide/the-reason-why-objects-in-a-bucket-are-not-deleted-or-why-the-storage-class-of-the-objects-is-not-converted
 */
export function isDue(changed: number, { Days }: { Days: string }, now: number): boolean {
  return now >= Math.ceil(changed / DAY_MS) * DAY_MS + Number(Days) * DAY_MS;
}

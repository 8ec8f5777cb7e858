import * as z from 'zod';

/**
 * The body of a native OSS trigger: `{ "events": [record] }`, UTF-8 JSON.
 *
 * Only what Darkroom needs is required; everything else OSS sends is let through, since Alibaba adds
 * fields without notice, and what is of no use may be missing, null or wrong. The key is raw: it is never
 * URL-decoded (an inventory's key is the opposite).
 * Source: Alibaba's official FC event libraries (README_OSS.md, OSSEvent.java).
 */

const text = z.string('expected text').min(1, 'expected text');
const object = 'expected an object';

/** Official templates show sizes as `""` or as text; real events have numbers. */
const size = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

/** ISO-8601 with a resolution of one second: it cannot order two events. */
export const eventTime = z.string().optional().catch(undefined);

export const ossRecord = z.looseObject(
  {
    /** Without the `oss:` prefix that the trigger's configuration has: `ObjectCreated:PutObject`. */
    eventName: text,
    eventSource: z.literal('acs:oss', 'expected acs:oss').optional(),
    eventTime,
    oss: z.looseObject(
      {
        bucket: z.looseObject({ name: text }, object),
        object: z.looseObject({ key: text, size, deltaSize: size }, object),
      },
      object,
    ),
  },
  object,
);

/** Each record is read for itself: one that is broken hides no other. */
export const ossEvent = z.looseObject({ events: z.array(z.unknown()) });

export type OssRecord = z.infer<typeof ossRecord>;

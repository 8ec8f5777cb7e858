import * as z from 'zod';

/**
 * The body of a native OSS trigger: `{ "events": [record] }`, UTF-8 JSON.
 *
 * Only what Darkroom reads is required; everything else OSS sends is let through, since Alibaba adds
 * fields without notice. The key is raw: it is never URL-decoded (an inventory's key is the opposite).
 * Source: Alibaba's official FC event libraries (README_OSS.md, OSSEvent.java).
 */

/** Official templates show sizes as `""` or as text; real events have numbers. */
const lenientSize = z
  .union([z.number(), z.string().transform(Number)])
  .pipe(z.number())
  .optional();

export const ossRecord = z.looseObject({
  /** Without the `oss:` prefix that the trigger's configuration has: `ObjectCreated:PutObject`. */
  eventName: z.string().min(1),
  eventSource: z.literal('acs:oss'),
  /** ISO-8601 with a resolution of one second: it cannot order two events. */
  eventTime: z.string().optional(),
  eventVersion: z.string().optional(),
  region: z.string().optional(),
  oss: z.looseObject({
    bucket: z.looseObject({ name: z.string().min(1), arn: z.string().optional() }),
    object: z.looseObject({
      key: z.string().min(1),
      size: lenientSize,
      deltaSize: lenientSize,
      /** Upper-case hex without quotes, unlike the HTTP header. */
      eTag: z.string().optional(),
    }),
    ossSchemaVersion: z.string().optional(),
    ruleId: z.string().optional(),
  }),
  requestParameters: z.looseObject({ sourceIPAddress: z.string().optional() }).optional(),
  responseElements: z.looseObject({ requestId: z.string().optional() }).optional(),
  userIdentity: z.looseObject({ principalId: z.string().optional() }).optional(),
});

export const ossEvent = z.looseObject({ events: z.array(ossRecord).min(1) });

export type OssRecord = z.infer<typeof ossRecord>;

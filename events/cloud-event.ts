import * as z from 'zod';
import { eventTime, ossRecord } from './oss-event.ts';

/**
 * An OSS event as EventBridge delivers it: CloudEvents 1.0, one object in event-driven mode, an array of
 * them in event-streaming mode (RunOptions of @alicloud/fc20230330). `data` is one native record.
 */
export const cloudEvent = z.looseObject({
  source: z.literal('acs.oss', 'expected acs.oss'),
  /** With the `oss:` prefix that the native record lacks: `oss:ObjectCreated:PutObject`. */
  type: z.string('expected text').min(1, 'expected text'),
  time: eventTime,
  /** EventBridge's own page shows `data` without the names that the envelope already says. */
  data: ossRecord.omit({ eventName: true, eventSource: true }),
});

/** By the one attribute that every CloudEvent has and nothing else. */
export const anyCloudEvent = z.looseObject({ specversion: z.string() });

import * as z from 'zod';
import { ossRecord } from './oss-event.ts';

/**
 * An OSS event as EventBridge delivers it: CloudEvents 1.0, one object in event-driven mode, an array of
 * them in event-streaming mode (RunOptions of @alicloud/fc20230330). `data` is one native record.
 */
export const cloudEvent = z.looseObject({
  id: z.string().min(1),
  source: z.literal('acs.oss'),
  specversion: z.string(),
  /** With the `oss:` prefix that the native record lacks: `oss:ObjectCreated:PutObject`. */
  type: z.string().startsWith('oss:'),
  subject: z.string().optional(),
  time: z.string().optional(),
  /** EventBridge's own page shows `data` without the names that the envelope already says. */
  data: ossRecord.partial({ eventName: true, eventSource: true }),
});

export const cloudEvents = z.array(cloudEvent).min(1);

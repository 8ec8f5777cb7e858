import * as z from 'zod';
import { anyCloudEvent, cloudEvent } from '../../events/cloud-event.ts';
import { ossEvent, ossRecord } from '../../events/oss-event.ts';

/** What is read of one record: that something happened to a key. What it was is for the buckets to say. */
export interface Hint {
  /** `ObjectCreated:PutObject`, with or without `oss:`. */
  eventName: string;
  bucket: string;
  key: string;
  size: number | undefined;
  deltaSize: number | undefined;
  /** When, as text. */
  at: string | undefined;
}

export interface Unreadable {
  key?: string;
  reason: string;
}

/** The records of an event, as they came: of a native OSS event, of EventBridge's CloudEvent or an array of them. */
export function recordsIn(event: unknown): unknown[] | undefined {
  if (Array.isArray(event)) return event;
  const native = ossEvent.safeParse(event);
  if (native.success) return native.data.events;
  return anyCloudEvent.safeParse(event).success ? [event] : undefined;
}

export function readRecord(record: unknown): Hint | Unreadable {
  const isCloudEvent = typeof record === 'object' && record !== null && 'data' in record;
  const parsed = (isCloudEvent ? fromCloud : fromOss).safeParse(record, { reportInput: true });
  return parsed.success ? parsed.data : unreadable(record, parsed.error);
}

const fromOss = ossRecord.transform(({ eventName, eventTime, oss }) =>
  hintOf(eventName, eventTime, oss),
);

const fromCloud = cloudEvent.transform(({ type, time, data }) =>
  hintOf(type, data.eventTime ?? time, data.oss),
);

function hintOf(
  eventName: string,
  at: string | undefined,
  { bucket, object }: z.infer<typeof ossRecord>['oss'],
): Hint {
  const { key, size, deltaSize } = object;
  return { eventName, bucket: bucket.name, key, size, deltaSize, at };
}

/** Where a record is broken elsewhere, its key may still be there to name it by. */
const keyOnly = z.object({ oss: z.object({ object: z.object({ key: z.string().min(1) }) }) });
const named = keyOnly.or(z.object({ data: keyOnly }).transform(({ data }) => data));

function unreadable(record: unknown, { issues: [issue] }: z.ZodError): Unreadable {
  const place = issue?.path.join('.') || 'the record';
  const reason = `${issue?.message} at ${place}, received ${inShort(issue?.input)}`;
  const name = named.safeParse(record);
  return name.success ? { key: name.data.oss.object.key, reason } : { reason };
}

/** An answer has room for many of them. */
const LONGEST = 60;

function inShort(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, LONGEST) : value);
}

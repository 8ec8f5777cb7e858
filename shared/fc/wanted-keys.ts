import { batchSchema } from '../../shared/core/work/batch.ts';
import { cloudEvent, cloudEvents } from '../../events/cloud-event.ts';
import { type OssRecord, ossEvent } from '../../events/oss-event.ts';
import { Failure } from '../core/failure.ts';

/** Which originals an event speaks of, and which of its records are not for us, with the reason. */
export interface WantedKeys {
  keys: string[];
  ignored: { key?: string; reason: string }[];
  /** Of the oldest record, where it says so. */
  since?: Date;
}

/** Multipart parts, aborted uploads and the like name objects that do not exist. */
const HANDLED =
  /^(oss:)?Object(Created:(PutObject|PostObject|CopyObject|AppendObject|CompleteMultipartUpload)|Removed:(DeleteObject|DeleteObjects))$/;

/**
 * Reads a native OSS event, EventBridge's CloudEvent or an array of them. Keys are taken as they come, never
 * URL-decoded. Throws EVENT_UNREADABLE, which FC keeps for replay.
 */
export function wantedKeys(payload: Buffer, originalsBucket: string): WantedKeys {
  return sortOut(recordsIn(parseJson(payload)), originalsBucket);
}

/** Reads our own batch, and nothing else. Throws EVENT_UNREADABLE, which FC keeps for replay. */
export function wantedBatch(payload: Buffer, originalsBucket: string) {
  const batch = batchSchema.safeParse(parseJson(payload));
  if (!batch.success) {
    const { path, message } = batch.error.issues[0] ?? { path: [], message: '' };
    throw new Failure(
      'EVENT_UNREADABLE',
      `expected a backfill batch, received something else (at ${path.join('.')}: ${message})`,
    );
  }
  const { bucket, keys, ...rest } = batch.data;
  if (bucket !== originalsBucket) {
    throw new Failure('EVENT_UNREADABLE', `expected bucket ${originalsBucket}, received ${bucket}`);
  }
  return { ...rest, keys: [...new Set(keys)] };
}

type Hint = Pick<OssRecord, 'oss'> & { eventName: string; at: string | undefined };

function recordsIn(event: unknown): Hint[] {
  const native = ossEvent.safeParse(event);
  if (native.success) return native.data.events.map(one => ({ ...one, at: one.eventTime }));
  const many = cloudEvents.or(cloudEvent.transform(one => [one])).safeParse(event);
  if (many.success)
    return many.data.map(({ type, time, data }) => ({
      ...data,
      eventName: type,
      at: data.eventTime ?? time,
    }));
  const place = native.error.issues[0]?.path.join('.');
  throw new Failure(
    'EVENT_UNREADABLE',
    `expected an OSS event or a CloudEvent of OSS, received something else${place ? ` (as an OSS event it is wrong at ${place})` : ''}`,
  );
}

function sortOut(records: Hint[], originalsBucket: string): WantedKeys {
  const keys = new Set<string>();
  const ignored: WantedKeys['ignored'] = [];
  for (const { eventName, oss } of records) {
    const { key } = oss.object;
    if (oss.bucket.name !== originalsBucket) {
      ignored.push({
        key,
        reason: `expected bucket ${originalsBucket}, received ${oss.bucket.name}`,
      });
    } else if (!HANDLED.test(eventName)) {
      ignored.push({ key, reason: `${eventName} neither makes nor removes an object` });
    } else keys.add(key);
  }
  return { keys: [...keys], ignored, ...oldest(records) };
}

function oldest(records: Hint[]): { since?: Date } {
  const times = records.map(({ at }) => Date.parse(at ?? '')).filter(time => !Number.isNaN(time));
  return times.length > 0 ? { since: new Date(Math.min(...times)) } : {};
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    throw new Failure('EVENT_UNREADABLE', 'expected JSON in UTF-8, received something else', {
      cause,
    });
  }
}

/** How long an event waited for us, its earlier attempts included. Clocks of OSS and FC may differ. */
export function ageOf(since: Date | undefined, now: Date): { ageMs?: number } {
  return since ? { ageMs: Math.max(0, now.getTime() - since.getTime()) } : {};
}

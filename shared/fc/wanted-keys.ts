import { batchSchema } from '../../shared/core/work/batch.ts';
import { Failure } from '../core/failure.ts';
import { isFolder } from '../core/set/keys.ts';
import { type Hint, readRecord, recordsIn } from './oss-records.ts';

/** Which originals an event speaks of, and which of its records are not for us, with the reason. */
export interface WantedKeys {
  keys: string[];
  ignored: { key?: string; reason: string }[];
  /** Of the oldest record, where it says so. */
  since?: Date;
}

/**
 * Events of an upload that is not an object yet, or never will be. Any other name is a hint, even one that is not known
 * today: what happened, the buckets say.
 */
const OF_PARTS =
  /^(oss:)?Object(Created:(InitiateMultipartUpload|UploadPart|UploadPartCopy)|Removed:AbortMultipartUpload)$/;

/**
 * Reads a native OSS event, EventBridge's CloudEvent or an array of them. Keys are taken as they come, never
 * URL-decoded. A record that cannot be read is set aside. Throws EVENT_UNREADABLE for what is no event, which FC keeps
 * for replay.
 */
export function wantedKeys(payload: Buffer, originalsBucket: string): WantedKeys {
  const records = recordsIn(parseJson(payload));
  if (records) return sortOut(records.map(readRecord), originalsBucket);
  const message = 'expected an OSS event or a CloudEvent of OSS, received something else';
  throw new Failure('EVENT_UNREADABLE', message);
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

function sortOut(records: ReturnType<typeof readRecord>[], originalsBucket: string): WantedKeys {
  const hints = records.filter(record => 'eventName' in record);
  const unreadable = records.filter(record => 'reason' in record);
  const foreign = hints.flatMap(hint => {
    const reason = whyNot(hint, originalsBucket);
    return reason === undefined ? [] : [{ key: hint.key, reason }];
  });
  const wanted = hints.filter(hint => whyNot(hint, originalsBucket) === undefined);
  const keys = [...new Set(wanted.map(({ key }) => key))];
  return { keys, ignored: [...unreadable, ...foreign], ...oldest(hints) };
}

const FOLDER = 'expected a picture, received a folder: a key with / at its end and no bytes';

/** Why a record is not for us, or undefined. */
function whyNot(hint: Hint, originalsBucket: string): string | undefined {
  const { bucket, eventName } = hint;
  if (bucket !== originalsBucket) return `expected bucket ${originalsBucket}, received ${bucket}`;
  if (OF_PARTS.test(eventName)) return `${eventName} names no object that exists`;
  if (isNewFolder(hint)) return FOLDER;
  return undefined;
}

/**
 * The empty object that consoles make of a folder. Only where the event says that nothing was replaced: an original may
 * be called `dir/` as well, and one that became empty has a set that goes.
 */
function isNewFolder({ eventName, key, size, deltaSize }: Hint): boolean {
  const isMade = eventName.includes('ObjectCreated:');
  return isMade && isFolder(key, size) && deltaSize === 0;
}

function oldest(hints: Hint[]): { since?: Date } {
  const times = hints.map(({ at }) => Date.parse(at ?? '')).filter(time => !Number.isNaN(time));
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

interface Delivery {
  now(): Date;
  attempt?: number | undefined;
  replayedAt?: string;
}

/** How long uploads wait now. The age of a later attempt, or of a replay, says how long the earlier ones took instead. */
export function waitOf(
  since: Date | undefined,
  { now, attempt = 0, replayedAt }: Delivery,
): { waitedMs: number | undefined } {
  const isFirst = attempt === 0 && replayedAt === undefined;
  return { waitedMs: isFirst ? ageOf(since, now()).ageMs : undefined };
}

/** How long an event waited for us, its earlier attempts included. Clocks of OSS and FC may differ. */
export function ageOf(since: Date | undefined, now: Date): { ageMs?: number } {
  return since ? { ageMs: Math.max(0, now.getTime() - since.getTime()) } : {};
}

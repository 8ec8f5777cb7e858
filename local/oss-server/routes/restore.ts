import * as z from 'zod';
import { type Call, readText, targetOf } from '../call.ts';
import { readDocument } from '../document.ts';
import { invalidArgument, OssError } from '../errors.ts';
import type { Reply } from '../reply.ts';
import { restoreState } from '../restore.ts';
import type { StoredObject } from '../storage.ts';
import { findObject } from './objects.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = { Archive: 7, other: 365 };

const restoring = z.strictObject({
  Days: z.string().regex(/^[1-9]\d{0,2}$/, 'expected a positive number of days'),
  JobParameters: z.strictObject({ Tier: z.enum(['Expedited', 'Standard', 'Bulk']) }).optional(),
});

/** 202 to the first who asks, 409 while it lasts, 200 and more days to who asks then. */
export async function restoreObject(call: Call): Promise<Reply> {
  const { bucket, key } = targetOf(call);
  const text = await readText(call);
  const days = text === '' ? 1 : Number(readDocument(text, 'RestoreRequest', restoring).Days);
  const now = call.clock();
  const state = restoreState(findObject(bucket, key), now);
  if (state === 'never') throw new OssError('OperationNotSupported');
  if (state === 'ongoing') throw new OssError('RestoreAlreadyInProgress');
  await bucket.amend(key, object => restored(object, days, now, call.restoreMs));
  return { status: state === 'restored' ? 200 : 202 };
}

function restored(
  object: StoredObject,
  days: number,
  now: number,
  restoreMs: number,
): StoredObject {
  const most = object.storageClass === 'Archive' ? MOST_DAYS.Archive : MOST_DAYS.other;
  if (days > most) throw invalidArgument('Days', String(days));
  const isReady = restoreState(object, now) === 'restored';
  const readyAt = isReady ? now : now + restoreMs;
  return { ...object, restore: { readyAt, until: readyAt + days * DAY_MS } };
}

import * as z from 'zod';
import { crc64Of } from '../core/crc64.ts';
import { bytesId, etagId, sameBytesKey, type StoredBytes } from '../core/moderation/verdict.ts';
import type { ObjectStore } from '../ports.ts';
import { findRecord, writeRecord } from './records.ts';

/**
 * What is said of a picture is said of its bytes, by their CRC-64. OSS tells none of a copy, also of one onto itself, so
 * that an ETag leads there: of what was judged or looked at, and of each copy once it was read. One request more for those
 * that have no CRC-64, none for others.
 */

const leadSchema = z.strictObject({ schema: z.literal(1), id: z.string() });

export async function idOf(original: StoredBytes, config: ObjectStore): Promise<string> {
  if (original.crc64 !== undefined) return bytesId(original);
  const found = await findRecord(config, sameBytesKey(etagId(original)), leadSchema);
  // One that cannot be read is written anew once the bytes are read.
  return found && found !== 'unreadable' ? found.id : etagId(original);
}

/** Of bytes that are in hand, as they are stored. */
export function idOfStored(original: StoredBytes, stored: Buffer): string {
  return bytesId({ ...original, crc64: original.crc64 ?? crc64Of(stored) });
}

export async function noteSameBytes(
  original: StoredBytes,
  id: string,
  config: ObjectStore,
): Promise<void> {
  await writeRecord(config, sameBytesKey(etagId(original)), { schema: 1, id });
}

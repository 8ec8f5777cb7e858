import { setTimeout as wait } from 'node:timers/promises';
import type { OriginalObject } from '../../core/set/manifest.ts';
import {
  type Crashes,
  crashesOf,
  crashesSchema,
  missCrashesKey,
  newCrashes,
} from '../../core/work/unfinished.ts';
import type { Darkroom } from '../darkroom.ts';
import { type CrashGuard, counting, NO_GUARD } from '../develop/crash-guard.ts';
import { findRecord } from '../records.ts';

/** A file that took so many processes with it is not begun again. */
const MOST_CRASHES = 3;
/** So long after a start its process may still be at work: a file that many ask for at once is begun by several. */
const AT_WORK_MS = 30_000;
/** How long one more who asks waits for what those make. */
const PATIENCE_MS = 4000;
const LOOK_EVERY_MS = 500;

type Guarding = Pick<Darkroom, 'config' | 'derivatives' | 'now'>;

/**
 * A file whose decoder or encoder kills the process leaves no report, and each view would kill another one. So starts
 * are counted, in a record of that file alone: of a picture that an upload developed, one size may be too much. It is
 * removed by the first that comes back. 'kills' where none did of so many; the bytes, where one did meanwhile.
 */
export async function missGuardFor(
  key: string,
  original: OriginalObject,
  darkroom: Guarding,
): Promise<CrashGuard | Buffer | 'kills'> {
  const { config, now } = darkroom;
  if (!config) return NO_GUARD;
  const place = missCrashesKey(key);
  const record = await crashRecord(place, config);
  const crashes = crashesOf(record, original, now());
  const count = async () => crashesOf(await crashRecord(place, config), original, now());
  if (record && crashes >= MOST_CRASHES) {
    const mayBeAtWork = now().getTime() - Date.parse(record.at) < AT_WORK_MS;
    return (mayBeAtWork && (await madeByAnother(key, darkroom))) || 'kills';
  }
  const next = (one: number) => newCrashes(original, one, now());
  return counting(place, { crashes, count, next }, config);
}

/** Whether a view of the file would make it at all. */
export async function isKnownToKill(
  key: string,
  original: OriginalObject,
  { config, now }: Pick<Darkroom, 'config' | 'now'>,
): Promise<boolean> {
  if (!config) return false;
  const record = await crashRecord(missCrashesKey(key), config);
  return crashesOf(record, original, now()) >= MOST_CRASHES;
}

async function crashRecord(
  place: string,
  config: NonNullable<Darkroom['config']>,
): Promise<Crashes | undefined> {
  const found = await findRecord(config, place, crashesSchema);
  return found === 'unreadable' ? undefined : found;
}

async function madeByAnother(
  key: string,
  { derivatives }: Pick<Darkroom, 'derivatives'>,
): Promise<Buffer | undefined> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    await wait(LOOK_EVERY_MS);
    const there = await derivatives.get(key);
    if (there) return there.bytes;
  }
  return undefined;
}

import { parseManifestKey } from '../../core/set/keys.ts';
import { newUnfinished, unfinishedKey } from '../../core/work/unfinished.ts';
import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { writeRecord } from '../records.ts';
import { carryOutTakeDown, type Enforced } from './enforce.ts';

/** Whoever writes a key's derivatives, which may have been taken down since the writer looked. */
export interface Writer {
  key: string;
  /** Something was written since the last look at the take-downs, here or by an attempt that crashed. */
  isUnchecked: boolean;
  /** Whether anything was ever written or removed: what fails then may take effect later. */
  hasWritten: boolean;
  /** Derivatives that are there by this writer's hand and that no manifest has told of yet. */
  written: Set<string>;
  /** Those that a manifest of this writer told of: clients may know them, whatever became of that manifest. */
  published: Set<string>;
  removed: Set<string>;
  /**
   * Writes that were not answered and may take effect after all else: of files those that were not done again, which
   * would have the same bytes, of a manifest any.
   */
  unanswered: Set<string>;
  /** A manifest took so long to write or remove, since it was looked at, that it may have replaced one that nobody read. */
  mayHaveReplaced: boolean;
}

export function newWriter(key: string, isUnchecked: boolean): Writer {
  return {
    key,
    isUnchecked,
    hasWritten: false,
    written: new Set(),
    published: new Set(),
    removed: new Set(),
    unanswered: new Set(),
    mayHaveReplaced: false,
  };
}

/**
 * If a write failed, it may still take effect after the last attempt. If files are left that go later, no event tells
 * when. Either way a record in `unfinished/` is left, and a later sweep hands the key over.
 */
export async function noteUnfinished(
  key: string,
  { config, now }: Pick<Darkroom, 'config' | 'now'>,
): Promise<void> {
  if (config) await writeRecord(config, unfinishedKey(key), newUnfinished(key, now()));
}

/** A look and the write after it take a tenth of a second. */
export const LONG_MS = 1000;

/**
 * The same store; each write is noted before it happens, so that none is missed, whoever makes it. One that is not
 * answered may take effect after all else, also if we are killed by then: so word of it is left at once.
 */
export function notedWrites(
  writer: Writer,
  derivatives: ObjectStore,
  leaveWord: () => Promise<void> = async () => undefined,
): ObjectStore {
  let looked: number | undefined;
  const isLong = () => looked !== undefined && Date.now() - looked > LONG_MS;
  return {
    ...derivatives,
    head: async key => {
      looked = Date.now();
      return await derivatives.head(key);
    },
    put: async (key, ...object) => {
      writer.isUnchecked = true;
      writer.hasWritten = true;
      const isManifest = parseManifestKey(key) !== undefined;
      if (isManifest) publish(writer);
      else writer.written.add(key);
      const isOvertaken = isManifest && writer.unanswered.has(key);
      writer.unanswered.add(key);
      const [stored] = await Promise.allSettled([derivatives.put(key, ...object)]);
      if (stored.status === 'rejected') {
        await Promise.allSettled([leaveWord()]);
        throw stored.reason;
      }
      if (!isOvertaken) writer.unanswered.delete(key);
      if (isManifest && isLong()) writer.mayHaveReplaced = true;
      writer.removed.delete(key);
      return stored.value;
    },
    remove: async keys => {
      writer.isUnchecked = true;
      writer.hasWritten = true;
      for (const key of keys) writer.removed.add(key);
      await derivatives.remove(keys);
      const isOfManifest = keys.some(key => parseManifestKey(key) !== undefined);
      if (isOfManifest && isLong()) writer.mayHaveReplaced = true;
      for (const key of keys) {
        writer.written.delete(key);
        writer.published.delete(key);
      }
    },
  };
}

function publish({ written, published }: Writer): void {
  for (const key of written) published.add(key);
  written.clear();
}

/**
 * Looks for a take-down where something was written since the last look: one GET, and none elsewhere. One that is
 * found is carried out.
 */
export async function takenDownMeanwhile(
  writer: Writer,
  darkroom: Darkroom,
): Promise<Enforced | undefined> {
  if (!writer.isUnchecked) return undefined;
  // An attempt before this one may have died after its tombstone took the place of all that named what the CDN has.
  const expectsTakeDown = darkroom.expectsTakeDown || !writer.hasWritten;
  const found = await carryOutTakeDown(writer.key, { ...darkroom, expectsTakeDown });
  writer.isUnchecked = false;
  return found;
}

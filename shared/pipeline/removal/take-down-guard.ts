import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { carryOutTakeDown } from './enforce.ts';

/** Whoever writes a key's derivatives, which may have been taken down since the writer looked. */
export interface Writer {
  key: string;
  /** Something was written since the last look at the take-downs, here or by an attempt that died. */
  isUnchecked: boolean;
}

/** The same store; each write is noted before it happens, so that none is missed, whoever makes it. */
export function notedWrites(writer: Writer, derivatives: ObjectStore): ObjectStore {
  return {
    ...derivatives,
    put: async (...object) => {
      writer.isUnchecked = true;
      return await derivatives.put(...object);
    },
    remove: async keys => {
      writer.isUnchecked = true;
      await derivatives.remove(keys);
    },
  };
}

/**
 * Looks for a take-down where something was written since the last look: one GET, and none elsewhere. One that is
 * found is carried out; answers what went by it.
 */
export async function takenDownMeanwhile(
  writer: Writer,
  darkroom: Darkroom,
): Promise<string[] | undefined> {
  if (!writer.isUnchecked) return undefined;
  const found = await carryOutTakeDown(writer.key, darkroom);
  writer.isUnchecked = false;
  return found?.removed;
}

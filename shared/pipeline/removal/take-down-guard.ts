import type { ObjectStore } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { heed } from './enforce.ts';

/** What is written here may belong to a key that was taken down since we looked. */
export interface Writer {
  key: string;
  /** Something was written since the last look at the take-downs, here or by an attempt that died. */
  isUnheeded: boolean;
}

/** Notes each write before it happens, so that none is missed, whoever makes it. */
export function noting(writer: Writer, derivatives: ObjectStore): ObjectStore {
  return {
    ...derivatives,
    put: async (...object) => {
      writer.isUnheeded = true;
      await derivatives.put(...object);
    },
    remove: async keys => {
      writer.isUnheeded = true;
      await derivatives.remove(keys);
    },
  };
}

/**
 * However the work ends, what it wrote is followed by a look: one GET, and none where nothing was written. A take-down
 * that is found is carried out, and what the work came to does not matter any more.
 */
export async function heeding<T>(
  writer: Writer,
  darkroom: Darkroom,
  work: () => Promise<T>,
): Promise<{ result: T } | { takenDown: string[] }> {
  const before = await look(writer, darkroom);
  if (before) return before;
  const done = await work().then(
    result => ({ result }),
    (thrown: unknown) => ({ thrown }),
  );
  const after = await look(writer, darkroom);
  if (after) return after;
  if ('thrown' in done) throw done.thrown;
  return done;
}

async function look(writer: Writer, darkroom: Darkroom) {
  if (!writer.isUnheeded) return undefined;
  const found = await heed(writer.key, darkroom);
  writer.isUnheeded = false;
  return found && { takenDown: found.removed };
}

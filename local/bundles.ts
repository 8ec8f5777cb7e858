import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isAlive } from './alive.ts';
import { putFunctions } from './kept-build.ts';
import type { FunctionDefinition } from './service-definition.ts';

/** Within the checkout, since a bundle finds sharp in its node_modules. */
const PLATFORMS = resolve(import.meta.dirname, '../dist/platforms');

export interface Bundles {
  /** The function with the folder of its bundle. */
  placed(definition: FunctionDefinition): FunctionDefinition;
  close(): Promise<void>;
}

/**
 * The functions as they are now, in a folder of this platform's own: its instances load their code whenever one
 * starts, and neither another platform nor `npm run build` may change it under their feet.
 */
export async function ownBundles(): Promise<Bundles> {
  await mkdir(PLATFORMS, { recursive: true });
  await clearAbandoned();
  const folder = await mkdtemp(join(PLATFORMS, `${process.pid}-`));
  const close = () => rm(folder, { recursive: true, force: true });
  await putFunctions(folder).catch(async (thrown: unknown) => {
    await close();
    throw thrown;
  });
  return { ...bundlesIn(folder), close };
}

/** Somebody else's, who built them and takes them away. */
export function bundlesIn(folder: string): Bundles {
  return {
    placed: definition => ({ ...definition, code: join(folder, definition.resource) }),
    close: async () => undefined,
  };
}

/** Of platforms that were killed. */
async function clearAbandoned(): Promise<void> {
  for (const name of await readdir(PLATFORMS)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) {
      await rm(join(PLATFORMS, name), { recursive: true, force: true });
    }
  }
}

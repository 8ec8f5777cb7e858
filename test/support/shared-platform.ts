import { resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { entries } from './built/entries.ts';
import { newFolder, removeFolders } from './folders.ts';
import { spawnPlatform, stopped, toldIn } from './platform-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** usePlatform() makes a platform of it. */
    platform: { pid: number; told: string };
  }
}

/** As `npm start` does it. */
const SOURCES = ['--import', 'tsx', resolve(import.meta.dirname, '../..', entries.command)];

/** One start for all end-to-end tests that need no platform of their own: from the sources, over empty buckets. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const told = toldIn(newFolder());
  const { child } = await spawnPlatform(SOURCES, newFolder(), told);
  project.provide('platform', { pid: child.pid ?? 0, told });
  return async () => {
    await stopped(child);
    removeFolders();
  };
}

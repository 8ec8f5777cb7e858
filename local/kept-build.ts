import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { buildFunctions } from '../scripts/build.ts';
import { jsonIn } from '../shared/pipeline/records.ts';

const root = resolve(import.meta.dirname, '..');
const KEPT = join(root, 'node_modules/.cache/darkroom/functions');
const LATEST = join(KEPT, 'latest.json');

/** What no bundle names and each depends on; a folder's time is that of the last name in it. */
const BESIDE = ['functions', 'scripts/build.ts', 'node_modules/.package-lock.json'];

const latestSchema = z.strictObject({
  folder: z.string(),
  /** Time and size of each file that went in, by its path within the checkout. */
  inputs: z.record(z.string(), z.string()),
  /** The same of what came out, by its path within the folder. */
  outputs: z.record(z.string(), z.string()),
});
type Latest = z.infer<typeof latestSchema>;

/**
 * Puts the functions as they are now into the folder, without source maps. A build is ten seconds of a core, so the
 * last one is kept in node_modules, and taken again for as long as none of its inputs has changed.
 */
export async function putFunctions(folder: string): Promise<void> {
  await cp((await upToDate()) ?? (await builtAnew()), folder, { recursive: true });
}

async function upToDate(): Promise<string | undefined> {
  const latest = await readLatest();
  return latest && (await isUpToDate(latest)) ? join(KEPT, latest.folder) : undefined;
}

/** Neither what went in has changed, nor what came out. */
export async function isUpToDate(
  { folder, inputs, outputs }: Latest,
  { within = root, kept = KEPT } = {},
): Promise<boolean> {
  const changed = [
    ...(await changedOf(inputs, within)),
    ...(await changedOf(outputs, join(kept, folder))),
  ];
  return changed.length === 0;
}

/** Those that are no longer as their stamps say. */
export async function changedOf(inputs: Record<string, string>, within = root): Promise<string[]> {
  const now = await stampsOf(Object.keys(inputs), within);
  return Object.entries(inputs).flatMap(([file, stamp]) => (now[file] === stamp ? [] : [file]));
}

/** Nothing where there is none, or one that is cut off or of another release of this file. */
async function readLatest(): Promise<Latest | undefined> {
  const bytes = await readFile(LATEST).catch(() => Buffer.from('{}'));
  return latestSchema.safeParse(jsonIn(bytes)).data;
}

async function builtAnew(): Promise<string> {
  await mkdir(KEPT, { recursive: true });
  const started = Date.now();
  const folder = await mkdtemp(join(KEPT, 'of-'));
  const bundles = await buildFunctions(folder);
  const maps = (await readdir(folder, { recursive: true })).filter(file => file.endsWith('.map'));
  await Promise.all(maps.map(file => rm(join(folder, file))));
  const files = [...new Set([...BESIDE, ...bundles.flatMap(({ inputs }) => inputs)])];
  const times = await Promise.all(files.map(timeOf));
  // Whether a bundle has a file before or after a change during the build is not known.
  if (Math.max(...times) < started) await makeLatest(folder, files);
  await clearOthers(folder);
  return folder;
}

async function timeOf(file: string): Promise<number> {
  const found = await stat(join(root, file)).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}

async function makeLatest(folder: string, files: string[]): Promise<void> {
  const inputs = await stampsOf(files);
  const outputs = await stampsOf(await readdir(folder, { recursive: true }), folder);
  const latest: Latest = { folder: basename(folder), inputs, outputs };
  await writeFile(`${folder}.json`, JSON.stringify(latest));
  await rename(`${folder}.json`, LATEST);
}

/** Paths within the folder with their time and size, which tell a change. */
export async function stampsOf(files: string[], within = root): Promise<Record<string, string>> {
  const stamp = async (file: string): Promise<[string, string]> => {
    const found = await stat(join(within, file)).catch(() => undefined);
    return [file, found ? `${found.mtimeMs} ${found.size}` : 'gone'];
  };
  return Object.fromEntries(await Promise.all(files.map(stamp)));
}

const OTHERS_NEED_MS = 600_000;

/** Another platform that starts just now may still be copying from one. */
async function clearOthers(folder: string): Promise<void> {
  for (const name of await readdir(KEPT)) {
    const path = join(KEPT, name);
    const found = await stat(path).catch(() => undefined);
    if (path === folder || path === LATEST || !found) continue;
    if (found.mtimeMs < Date.now() - OTHERS_NEED_MS)
      await rm(path, { recursive: true, force: true });
  }
}

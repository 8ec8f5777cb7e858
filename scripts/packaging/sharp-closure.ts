import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type Entry, entriesIn } from './zip.ts';

/** sharp with what it needs on FC, whatever machine packs it: https://sharp.pixelplumbing.com/install#cross-platform */
const FC = { os: 'linux', cpu: 'x64', libc: 'glibc' } as const;
const SHARP = 'node_modules/sharp';
/** Without these it loads nowhere; npm passes over an optional package that it cannot fetch. */
const NATIVE = ['sharp-linux-x64', 'sharp-libvips-linux-x64'].map(
  name => `node_modules/@img/${name}`,
);

const locked = z.looseObject({
  version: z.string(),
  integrity: z.string({ error: 'expected an integrity' }).startsWith('sha512-'),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  optional: z.boolean().default(false),
});
const lockfile = z.object({ packages: z.record(z.string(), z.unknown()) });

type Locked = z.infer<typeof locked>;
/** By place, such as `node_modules/sharp`. */
export type Closure = Record<string, Locked>;

/** The part of a package-lock.json (version 3) that sharp's part of the tree is, for all platforms. */
export function closureIn(lock: unknown): Closure {
  const { packages } = lockfile.parse(lock);
  const closure: Closure = {};
  const visit = (place: string | undefined) => {
    if (place === undefined || closure[place]) return;
    const entry = entryAt(place, packages[place]);
    closure[place] = entry;
    const wanted = { ...entry.dependencies, ...entry.optionalDependencies };
    for (const name of Object.keys(wanted)) visit(placeOf(name, place, packages));
  };
  visit(SHARP);
  for (const place of NATIVE) {
    if (!closure[place])
      throw new Error(`package-lock.json: expected ${place} below sharp, received none`);
  }
  return closure;
}

function entryAt(place: string, entry: unknown): Locked {
  const parsed = locked.safeParse(entry);
  if (parsed.success) return parsed.data;
  const { path = [], message } = parsed.error.issues[0] ?? {};
  throw new Error(`package-lock.json: ${message} at ${[place, ...path].join(' › ')}`);
}

/** As Node.js looks for a package: beside who asks, then further and further up. */
function placeOf(name: string, from: string, packages: Record<string, unknown>) {
  const parts = `${from}/`.split('node_modules/');
  for (let depth = parts.length; depth > 0; depth -= 1) {
    const place = `${parts.slice(0, depth).join('node_modules/')}node_modules/${name}`;
    if (packages[place]) return place;
  }
  return undefined;
}

/**
 * The files of the closure for FC, paths beginning with `node_modules/`. npm checks each tarball against the
 * lock's hash, takes it from its own cache where it is there, and runs no script of any package.
 */
export async function sharpFiles(closure: Closure): Promise<Entry[]> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-sharp-'));
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify(rootOf(closure)));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lockOf(closure)));
    await install(folder);
    const entries = await entriesIn(join(folder, 'node_modules'));
    const files = entries.map(entry => ({ ...entry, path: `node_modules/${entry.path}` }));
    return Object.entries(closure).flatMap(([place, entry]) => filesAt(place, entry, files));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rootOf(closure: Closure) {
  return { private: true, dependencies: { sharp: closure[SHARP]?.version } };
}

function lockOf(closure: Closure) {
  return { lockfileVersion: 3, requires: true, packages: { '': rootOf(closure), ...closure } };
}

async function install(folder: string): Promise<void> {
  const platform = Object.entries(FC).map(([key, value]) => `--${key}=${value}`);
  // Below `npm --silent` npm would keep the reason to itself.
  const quiet = [
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  try {
    await promisify(execFile)('npm', ['ci', '--prefix', folder, ...platform, ...quiet], {
      cwd: folder,
      shell: process.platform === 'win32',
    });
  } catch (cause) {
    const { stderr = '', message } = cause as { stderr?: string; message: string };
    const said = stderr.replaceAll('npm error ', '').trim() || message;
    throw new Error(`expected npm to fetch sharp for FC as package-lock.json says: ${said}`, {
      cause,
    });
  }
}

/** None for an optional package of another platform. */
function filesAt(place: string, { version, optional }: Locked, files: Entry[]): Entry[] {
  const own = files.filter(({ path }) => path.startsWith(`${place}/`));
  if (own.length === 0 && optional && !NATIVE.includes(place)) return [];
  const manifest = own.find(({ path }) => path === `${place}/package.json`);
  const installed = manifest && JSON.parse(Buffer.from(manifest.bytes).toString('utf8')).version;
  if (installed === version) {
    return own.filter(({ path }) => !path.slice(place.length).includes('/node_modules/'));
  }
  throw new Error(`${place}: expected ${version} to be installed, received ${installed ?? 'none'}`);
}

export async function lockedClosure(file: string): Promise<Closure> {
  return closureIn(JSON.parse(await readFile(file, 'utf8')));
}

import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../shared/core/failure.ts';
import { isAlive } from './alive.ts';
import { TOKEN_FILE } from './oss-server/admin/token.ts';

/** Where OSS, the CDN and the APIs listen. */
export const PLACE = 'platform.json';
const FOLDERS = ['oss', 'queue', 'destinations'];
/** All that the platform keeps there; --fresh removes nothing else, so that a mistyped --data costs nobody's files. */
const OWN = [...FOLDERS, 'credentials.json', PLACE, TOKEN_FILE];
const LOCK = 'platform.pid';
const PRIVATE = 0o700;

/**
 * Takes the folder for this process: the index of the OSS server and the queue live in memory, so two
 * processes on one folder would lose each other's work. Answers how to let it go.
 */
export async function holdFolder(dataDir: string, fresh: boolean): Promise<() => Promise<void>> {
  const lock = join(dataDir, LOCK);
  await refuseHeld(dataDir, lock);
  try {
    if (fresh)
      for (const own of OWN) await rm(join(dataDir, own), { recursive: true, force: true });
    await makePrivate(dataDir);
    // Of one that was killed: it tells where nobody listens any more.
    await rm(join(dataDir, PLACE), { force: true });
    await writeFile(lock, String(process.pid));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message = `expected to write in ${dataDir} (--data), the file system refused (${code})`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
  return async () => {
    // Where to find a platform that is gone would send commands to nobody.
    await rm(join(dataDir, PLACE), { force: true });
    await rm(lock, { force: true });
  };
}

/**
 * For its owner alone, since whoever reads it has the keys and all photographs. A folder with other things in it is
 * left as it is, and only what the platform keeps there is shut.
 */
async function makePrivate(dataDir: string): Promise<void> {
  await makeFolder(dataDir);
  const kept = await readdir(dataDir);
  if (kept.every(name => OWN.includes(name) || name === LOCK)) await chmod(dataDir, PRIVATE);
  for (const folder of FOLDERS) {
    await mkdir(join(dataDir, folder), { recursive: true });
    await chmod(join(dataDir, folder), PRIVATE);
  }
}

/**
 * Answers which folders had to be made, the outermost first. Node's own recursive mkdir never comes back from places such
 * as /proc.
 */
export async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return [];
    if (code !== 'ENOENT' || path === dirname(path) || existsSync(dirname(path))) throw cause;
    const above = await makeFolder(dirname(path));
    await mkdir(path).catch(async refused => {
      for (const made of above.reverse()) await rmdir(made);
      throw refused;
    });
    return [...above, path];
  }
}

/** A process that was killed leaves its file behind, and holds nothing. */
async function refuseHeld(dataDir: string, lock: string): Promise<void> {
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (!holder || holder === process.pid || !isAlive(holder)) return;
  const message = `expected ${dataDir} (--data) for this platform alone, process ${holder} has it`;
  throw new Failure('SETTINGS_INVALID', message);
}

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Measured, Output } from './request.ts';

const run = promisify(execFile);
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";
const here = import.meta.dirname;
const root = resolve(here, '..');
/** Below Darkroom's own node_modules, so that a worker's sharp is the one that Darkroom ships. */
const bundles = join(root, 'node_modules/.cache/darkroom-bench');
const photo = join(root, 'node_modules/exif/test/sony-alpha-6000.jpg');
export const originals = join(tmpdir(), 'darkroom-bench-originals-4');
/** In a folder of its own, so that what the bench itself imports is Darkroom's: ipx has an older sharp. */
export const peers = join(here, 'peers', 'package.json');

/** What a run needs and is not there: the peers, the workers as bundles, the originals. */
export async function open(): Promise<void> {
  await ensurePeers();
  await bundleWorkers();
  await mkdir(originals, { recursive: true });
  await start('inputs', [JSON.stringify({ photo, folder: originals })]);
}

/** An earlier install may lack what came since. */
export async function ensurePeers(): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(peers, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const installed = await readdir(join(here, 'peers', 'node_modules')).catch((): string[] => []);
  if (Object.keys(dependencies).every(name => installed.includes(name))) return;
  console.log('Installing what the benchmark compares with …');
  await run('npm', ['--prefix', join(here, 'peers'), 'ci', '--no-audit', '--no-fund']);
}

/** As Darkroom ships, so that no worker's memory holds a compiler. */
async function bundleWorkers(): Promise<void> {
  const workers = await readdir(join(here, 'workers'));
  await rm(bundles, { recursive: true, force: true });
  await build({
    entryPoints: workers.map(name => join(here, 'workers', name)),
    outdir: bundles,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.10',
    banner: { js: REQUIRE },
    external: ['sharp'],
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'error',
  });
}

export function bundleOf(worker: string): string {
  return join(bundles, `${worker}.mjs`);
}

export interface Order {
  worker: string;
  files: string[];
  outputs: Output[];
}

/** One fresh process: its peak of memory, its CPU and its caches are its own. */
export async function measure({ worker, files, outputs }: Order): Promise<Measured> {
  const scratch = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
  try {
    const paths = files.map(name => resolve(originals, name));
    const request = { files: paths, outputs, scratch, peers };
    const answer = await start(worker, [JSON.stringify(request)]);
    return JSON.parse(answer.trim().split('\n').at(-1) ?? '{}') as Measured;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** As their users run them. With MALLOC_ARENA_MAX sharp takes a thread for each core, without it one. */
const PEERS = ['firebase', 'ipx', 'naive-all-at-once', 'naive-in-sequence'];

/** Darkroom runs with MALLOC_ARENA_MAX, as s.yaml says. */
async function start(worker: string, args: string[]): Promise<string> {
  const command = [process.execPath, bundleOf(worker), ...args];
  const environment = PEERS.includes(worker) ? [] : ['MALLOC_ARENA_MAX=2'];
  try {
    return (await run('env', [...environment, ...command], { maxBuffer: 2 ** 24 })).stdout;
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    throw new Error(`expected ${worker} to finish, it said: ${stderr.trim()}`, { cause });
  }
}

/** The deployed bundle, built anew. */
export async function functionBundle(): Promise<{ path: string; bytes: number }> {
  await run('npm', ['run', '--silent', 'build'], { cwd: root });
  const path = join(root, 'dist/on-object-changed/index.mjs');
  return { path, bytes: (await stat(path)).size };
}

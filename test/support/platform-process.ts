import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { newFolder } from './folders.ts';

const root = resolve(import.meta.dirname, '../..');
const PATIENCE_MS = 120_000;

/** What `darkroom local --json` says first. */
export interface Ready {
  oss: { endpoint: string; region: string; accessKeyId: string; accessKeySecret: string };
  buckets: Record<'originals' | 'derivatives' | 'config', string>;
  cdn: string;
  fc: { endpoint: string; accountId: string; region: string };
  data: string;
  studio: string;
}

export interface Happening {
  kind: string;
  function: string;
  stream?: string;
  line?: string;
}

/** A platform in a process of its own; a file takes what it says, so that any process may read it. */
export interface PlatformProcess {
  child: ChildProcess;
  told: string;
}

export async function spawnPlatform(
  program: string[],
  dataDir: string,
  told: string,
  ...words: string[]
): Promise<PlatformProcess> {
  const where = [
    '--json',
    '--no-seed',
    '--port',
    '0',
    '--data',
    dataDir,
    ...listOf(dataDir, words),
  ];
  const output = openSync(told, 'w');
  const child = spawn(process.execPath, [...program, 'local', ...where, ...words], {
    cwd: root,
    stdio: ['ignore', output, 'inherit'],
  });
  closeSync(output);
  const deadline = Date.now() + PATIENCE_MS;
  while (readyIn(told) === undefined) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the platform ended with ${child.exitCode} before it was ready`);
    }
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`expected a platform within ${PATIENCE_MS / 1000} s`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return { child, told };
}

/**
 * Tests are always under pressure: what that leaves for later has tests of its own, the others have the shipped list
 * without it. A folder with data has its list.
 */
function listOf(dataDir: string, words: string[]): string[] {
  const isNew = !existsSync(dataDir) || readdirSync(dataDir).length === 0;
  if (words.includes('--presets') || !isNew) return [];
  const shipped = readFileSync(join(root, 'presets.yaml'), 'utf8');
  const calm = join(newFolder(), 'presets.yaml');
  writeFileSync(calm, shipped.replace(/^pressure: .*$/m, ''));
  return ['--presets', calm];
}

export function stopped(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGINT',
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
  child.kill(signal);
  return ended;
}

const lines = (told: string): object[] =>
  existsSync(told)
    ? // The last one may be under way.
      readFileSync(told, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map(line => JSON.parse(line))
    : [];

/** Throws where anything is told before it. */
export function readyIn(told: string): Ready | undefined {
  const [first] = lines(told);
  if (first === undefined || isReady(first)) return first;
  throw new Error(`expected the ready line first, received ${JSON.stringify(first)}`);
}

const isReady = (message: object): message is Ready => 'oss' in message;

export function happeningsIn(told: string): Happening[] {
  return lines(told).filter((message): message is Happening => !('oss' in message));
}

export const toldIn = (folder: string) => join(folder, 'told.jsonl');

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import OSS from 'ali-oss';
import { type Manifest, manifestSchema } from '../../shared/core/manifest.ts';

/** `npm start`’s own command in a process of its own, as a user has it. */
export interface RunningPlatform {
  ready: {
    oss: { endpoint: string; region: string; accessKeyId: string; accessKeySecret: string };
    buckets: Record<'originals' | 'derivatives' | 'config', string>;
    cdn: string;
    data: string;
  };
  happenings: { kind: string; function: string; stream?: string; line?: string }[];
  child: ChildProcess;
  bucket(name: 'originals' | 'derivatives' | 'config'): OSS;
  /** Resolves with the manifest once it satisfies the condition. */
  manifest(key: string, until?: (manifest: Manifest) => boolean): Promise<Manifest>;
  gone(key: string): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const PATIENCE_MS = 120_000;

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'darkroom-e2e-'));
}

export async function startedPlatform(
  dataDir: string,
  ...words: string[]
): Promise<RunningPlatform> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'cli/index.ts',
      'local',
      '--json',
      '--no-seed',
      '--port',
      '0',
      '--data',
      dataDir,
      ...words,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const happenings: RunningPlatform['happenings'] = [];
  const ready = await new Promise<RunningPlatform['ready']>((resolve, reject) => {
    child.once('exit', code =>
      reject(new Error(`the platform ended with ${code} before it was ready`)),
    );
    createInterface({ input: child.stdout }).on('line', line => {
      const message = JSON.parse(line);
      if ('oss' in message) resolve(message);
      else happenings.push(message);
    });
  });
  return {
    ready,
    happenings,
    child,
    bucket: name =>
      new OSS({ ...ready.oss, bucket: ready.buckets[name], sldEnable: true } as OSS.Options),
    manifest: (key, until = ({ complete }) => complete) => manifestOf(ready.cdn, key, until),
    gone: key => untilGone(ready.cdn, key),
    stop: (signal = 'SIGINT') => {
      const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
      child.kill(signal);
      return ended;
    },
  };
}

export function urlOf(cdn: string, key: string): string {
  return `${cdn}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

async function manifestOf(
  cdn: string,
  key: string,
  until: (manifest: Manifest) => boolean,
): Promise<Manifest> {
  return await patiently(`a manifest of ${key}`, async () => {
    const answer = await fetch(urlOf(cdn, `${key}/manifest.json`));
    if (answer.status === 404) return undefined;
    const manifest = manifestSchema.parse(await answer.json());
    return until(manifest) ? manifest : undefined;
  });
}

async function untilGone(cdn: string, key: string): Promise<void> {
  await patiently(`no manifest of ${key}`, async () => {
    const { status } = await fetch(urlOf(cdn, `${key}/manifest.json`));
    return status === 404 ? true : undefined;
  });
}

async function patiently<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

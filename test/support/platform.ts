import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import OSS from 'ali-oss';
import { manifestKey, parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/core/set/manifest.ts';

/** `npm start`’s own command in a process of its own, as a user has it. */
export interface RunningPlatform {
  ready: {
    oss: { endpoint: string; region: string; accessKeyId: string; accessKeySecret: string };
    buckets: Record<'originals' | 'derivatives' | 'config', string>;
    cdn: string;
    fc: { endpoint: string; accountId: string; region: string };
    data: string;
  };
  happenings: { kind: string; function: string; stream?: string; line?: string }[];
  child: ChildProcess;
  bucket(name: 'originals' | 'derivatives' | 'config'): OSS;
  /** Resolves with the manifest once it satisfies the condition. */
  manifest(key: string, until?: (manifest: Manifest) => boolean): Promise<Manifest>;
  /** Resolves when nothing of its set is there. */
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
  const bucket: RunningPlatform['bucket'] = name =>
    new OSS({ ...ready.oss, bucket: ready.buckets[name], sldEnable: true } as OSS.Options);
  return {
    ready,
    happenings,
    child,
    bucket,
    manifest: (key, until = ({ complete }) => complete) =>
      manifestOf(bucket('derivatives'), key, until),
    gone: key => untilGone(bucket('derivatives'), key),
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

/** From the bucket, since the CDN keeps a manifest for a minute, and that there is none for ten seconds. */
async function manifestOf(
  derivatives: OSS,
  key: string,
  until: (manifest: Manifest) => boolean,
): Promise<Manifest> {
  return await patiently(`a manifest of ${key}`, async () => {
    const text = await textOf(derivatives, `${key}/manifest.json`);
    if (text === undefined) return undefined;
    const manifest = manifestSchema.parse(JSON.parse(text));
    return until(manifest) ? manifest : undefined;
  });
}

async function untilGone(derivatives: OSS, key: string): Promise<void> {
  await patiently(`nothing of ${key}`, async () => {
    const { objects } = await derivatives.listV2({ prefix: `${key}/` }, {});
    const isOfIt = ({ name }: { name: string }) =>
      name === manifestKey(key) || parseDerivativeKey(name)?.original === key;
    return objects?.some(isOfIt) ? undefined : true;
  });
}

async function textOf(bucket: OSS, key: string): Promise<string | undefined> {
  return await bucket.get(key).then(
    ({ content }) => String(content),
    (error: { code?: string }) => {
      if (error.code === 'NoSuchKey') return undefined;
      throw error;
    },
  );
}

export async function patiently<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
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

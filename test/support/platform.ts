import type { ChildProcess } from 'node:child_process';
import OSS from 'ali-oss';
import { inject } from 'vitest';
import { manifestKey, parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { isDeferred, type Manifest, manifestSchema } from '../../shared/core/set/manifest.ts';
import { newFolder } from './folders.ts';
import {
  type Happening,
  happeningsIn,
  type Ready,
  readyIn,
  spawnPlatform,
  stopped,
  toldIn,
} from './platform-process.ts';
import { programOf } from './processes.ts';

/** A platform that runs in a process of its own. */
export interface UsedPlatform {
  ready: Ready;
  pid: number;
  /** All of them, since it started. */
  readonly happenings: Happening[];
  bucket(name: 'originals' | 'derivatives' | 'config'): OSS;
  /** Resolves with the manifest once it satisfies the condition. */
  manifest(key: string, until?: (manifest: Manifest) => boolean): Promise<Manifest>;
  /** Resolves when nothing of its set is there. */
  gone(key: string): Promise<void>;
}

/** One of the caller’s own, which it may stop. */
export interface RunningPlatform extends UsedPlatform {
  child: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

const PATIENCE_MS = 120_000;

/** `npm start`’s own command, which shared-platform.ts started for all files that ask, each for keys of its own. */
export function usePlatform(): UsedPlatform {
  const { pid, told } = inject('platform');
  return platformOf(pid, told);
}

/** For what stops it, or needs a list or settings of its own. */
export async function startedPlatform(
  dataDir: string,
  ...words: string[]
): Promise<RunningPlatform> {
  const told = toldIn(newFolder());
  const { child } = await spawnPlatform(programOf('command'), dataDir, told, ...words);
  return Object.assign(platformOf(child.pid ?? 0, told), {
    child,
    stop: (signal?: NodeJS.Signals) => stopped(child, signal),
  });
}

function platformOf(pid: number, told: string): UsedPlatform {
  const ready = readyIn(told);
  if (!ready) throw new Error(`expected a platform that is ready in ${told}`);
  const bucket: UsedPlatform['bucket'] = name =>
    new OSS({ ...ready.oss, bucket: ready.buckets[name], sldEnable: true } as OSS.Options);
  return {
    ready,
    pid,
    get happenings() {
      return happeningsIn(told);
    },
    bucket,
    manifest: (key, until = ({ complete }) => complete) =>
      manifestOf(bucket('derivatives'), ready.cdn, key, until),
    gone: key => untilGone(bucket('derivatives'), key),
  };
}

export function urlOf(cdn: string, key: string): string {
  return `${cdn}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * From the bucket, since the CDN keeps a manifest for a minute, and that there is none for ten seconds. What a busy
 * machine left for later under pressure is asked for, as who views it does.
 */
async function manifestOf(
  derivatives: OSS,
  cdn: string,
  key: string,
  until: (manifest: Manifest) => boolean,
): Promise<Manifest> {
  return await patiently(`a manifest of ${key}`, async () => {
    const text = await textOf(derivatives, `${key}/manifest.json`);
    if (text === undefined) return undefined;
    const manifest = manifestSchema.parse(JSON.parse(text));
    if (until(manifest)) return manifest;
    const deferred = manifest.variants.find(isDeferred);
    if (deferred) await (await fetch(urlOf(cdn, deferred.key))).arrayBuffer();
    return undefined;
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

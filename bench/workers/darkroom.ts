import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type PresetList, presetListShape } from '../../shared/core/list/preset-list.ts';
import { fingerprintOfList } from '../../shared/core/list/recipe.ts';
import type { Darkroom } from '../../shared/pipeline/darkroom.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import type { Codec, ObjectStore } from '../../shared/ports.ts';
import type { Output } from '../request.ts';
import { localMarks } from '../../cli/measure/local-marks.ts';
import { codec } from './codec.ts';

const nothing = () => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A list of one preset that wants exactly these outputs. */
export function listOf(outputs: Output[], animated = false): PresetList {
  const formats: Record<string, object> = {};
  for (const { format, options } of outputs) {
    formats[format] = animated && format === 'webp' ? { ...options, animated } : options;
  }
  const widths = [...new Set(outputs.map(({ width }) => width))];
  return presetListShape.parse({
    version: 1,
    rules: [{ match: '**', presets: ['bench'] }],
    presets: [{ name: 'bench', widths, formats }],
  });
}

interface Watcher {
  /** Called with each object as it is stored. */
  stored?(key: string, bytes: Buffer): void;
  codec?: Codec;
}

/** An upload's whole way, from its bytes to its manifest, with a store in memory. */
export async function develop(path: string, list: PresetList, watcher: Watcher = {}) {
  const key = 'original';
  const presets = { list, fingerprint: fingerprintOfList(list) };
  const report = await reconcile(key, {
    // At once: Node's other way of reading a file takes 8 ms more for 16 MB, which is no upload's.
    originals: storeOf(new Map([[key, readFileSync(path)]])),
    derivatives: storeOf(new Map(), watcher.stored),
    listInForce: { current: async () => presets, fresh: async () => presets },
    marks: localMarks,
    codec: watcher.codec ?? codec,
    log: silent,
    now: () => new Date(),
    deadline: undefined,
    attempt: 0,
    lanes: availableParallelism(),
    config: undefined,
    isBehindCdn: false,
  } satisfies Darkroom);
  if (!report.manifest?.complete) throw new Error(`expected all files, received ${report.reason}`);
  return report;
}

function storeOf(objects: Map<string, Buffer>, stored?: Watcher['stored']): ObjectStore {
  const etag = 'E';
  const get = async (key: string) => {
    const bytes = objects.get(key);
    return bytes && { etag, bytes };
  };
  return {
    head: async key => {
      const bytes = objects.get(key)?.length;
      return bytes === undefined ? undefined : { key, etag, bytes };
    },
    get,
    getUnless: get,
    getExactly: async ({ key }) => objects.get(key),
    put: async (key, bytes) => {
      objects.set(key, bytes);
      stored?.(key, bytes);
      return { etag };
    },
    remove: async keys => {
      for (const key of keys) objects.delete(key);
    },
    async *list() {},
  };
}

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { sharpCodec } from '../../shared/adapters/sharp-codec.ts';
import { type PresetList, presetListShape } from '../../shared/core/preset-list.ts';
import { nothingSpent } from '../../shared/core/report.ts';
import { type Variant, wantedVariants } from '../../shared/core/variants.ts';
import { develop } from '../../shared/pipeline/develop.ts';
import type { Output } from '../request.ts';

const nothing = () => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const missing = {
  head: async () => undefined,
  get: async () => undefined,
  getUnless: async () => undefined,
  put: async () => undefined,
  remove: async () => undefined,
  async *list() {},
};

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

/** The path of an upload from its bytes to the last file written, with a store in memory. */
export async function developFile(path: string, list: PresetList, written: Written) {
  const file = await readFile(path);
  const picture = await sharpCodec.inspect(file, list.limits);
  const wanted = { key: 'bench.jpg', version: 'v1', picture, list, presets: list.presets };
  const variants = wantedVariants(wanted).filter(({ impossible }) => !impossible);
  const write = async (variant: Variant, bytes: Buffer) => written(variant, bytes);
  const job = { file, picture, variants, limits: list.limits, spent: nothingSpent(), write };
  const { outcomes } = await develop(job, {
    originals: missing,
    derivatives: missing,
    presets: { current: async () => ({ list, fingerprint: 'bench' }) },
    codec: sharpCodec,
    log: silent,
    now: () => new Date(),
    deadline: undefined,
    lanes: availableParallelism(),
  });
  for (const outcome of outcomes) if ('failure' in outcome) throw outcome.failure;
}

type Written = (variant: Variant, bytes: Buffer) => void;

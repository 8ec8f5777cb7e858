import { hash } from 'node:crypto';
import { Failure } from '../../shared/core/failure.ts';
import type { Codec } from '../../shared/ports.ts';
import { type Actor, call, kill, type Stage } from './actors.ts';

type Variant = Parameters<Codec['encode']>[1];

/** Contents that are no pictures, and that kill whoever decodes them. */
export const BROKEN = 6;
export const DEADLY = 5;

/** Pictures without pixels: an original is text such as `jpeg 120x90 #3`, and a rendition is its hash by a recipe. */
export function contentOf(number: number): Buffer {
  if (number === BROKEN) return Buffer.from('broken');
  return Buffer.from(`jpeg ${120 + number}x90 #${number}${number === DEADLY ? ' deadly' : ''}`);
}

const isDeadly = (file: Buffer) => file.toString().endsWith('deadly');

/** The same bytes wherever, whenever and beside whatever they are made. A JPEG is the largest, so that newer formats are worth it. */
export function renditionOf(
  original: Buffer,
  { fingerprint, format }: Pick<Variant, 'fingerprint' | 'format'>,
): Buffer {
  const digest = hash('sha1', `${original}${fingerprint}`);
  return Buffer.from(format === 'jpeg' ? `${format} ${digest} ${digest}` : `${format} ${digest}`);
}

export interface Watch {
  encoded(original: Buffer, variant: Variant, by: Actor): void;
}

export function simulatedCodec(actor: Actor, stage: Stage, watch: Watch): Codec {
  const step = <T>(verb: string, about: string, effect: () => T) =>
    call(stage, actor, { where: 'codec', verb, about }, { effect, refusal: undefined });
  const codec = codecOf(step, (original, variant) => watch.encoded(original, variant, actor));
  return {
    ...codec,
    decode: async (file, options) =>
      isDeadly(file)
        ? await step('decode', 'what kills', () => {
            kill(actor);
            return { width: 1, height: 1, data: file, channels: 3 as const };
          })
        : await codec.decode(file, options),
  };
}

/** One that takes no time, for whoever only looks on. */
export function immediateCodec(): Codec {
  const codec = codecOf(
    async (_verb, _about, effect) => effect(),
    () => undefined,
  );
  return {
    ...codec,
    decode: async (file, options) => {
      if (!isDeadly(file)) return await codec.decode(file, options);
      throw new Failure('ORIGINAL_CRASHED', 'expected to survive the picture');
    },
  };
}

type Step = <T>(verb: string, about: string, effect: () => T) => Promise<T>;

function codecOf(step: Step, encoded: (original: Buffer, variant: Variant) => void): Codec {
  return {
    inspect: async file => pictureOf(file),
    decode: (file, { size }) =>
      step('decode', '', () => ({ ...size, data: file, channels: 3 as const })),
    search: async () => ({ x: 500, y: 250 }),
    measure: async () => ({ chroma: '4:2:0', colourEdges: 0, flat: false, even: 0, colours: 1000 }),
    resize: async (raster, { width, height }) => ({ ...raster, width, height }),
    encode: (raster, variant) =>
      step('encode', variant.key, () => {
        encoded(raster.data, variant);
        return renditionOf(raster.data, variant);
      }),
    encodeFromFile: async () => {
      throw new Failure('VARIANT_UNRENDERABLE', 'expected a still picture');
    },
    placeholder: async () => ({ thumbHash: 'AAAA', colour: '#336699' }),
    frames: async () => {
      throw new Failure('VARIANT_UNRENDERABLE', 'expected a still picture');
    },
    forModeration: async ([first]) => ({
      jpeg: Buffer.from(first?.data ?? ''),
      phash: hash('sha256', first?.data ?? '').slice(0, 16),
    }),
  };
}

function pictureOf(file: Buffer) {
  const [, width, height] = /^jpeg (\d+)x(\d+)/.exec(file.toString()) ?? [];
  if (!width) throw new Failure('ORIGINAL_UNSUPPORTED', 'expected a picture');
  const size = { width: Number(width), height: Number(height) };
  return { format: 'jpeg' as const, ...size, alpha: false, frames: 1 };
}

import { createHash } from 'node:crypto';
import { Failure } from '../../shared/core/failure.ts';
import type { Codec } from '../../shared/ports.ts';
import { type Actor, call, type Stage } from './actors.ts';

type Variant = Parameters<Codec['encode']>[1];

/** Pictures without pixels: an original is text such as `jpeg 120x90 #3`, and a rendition is its hash by a recipe. */
export const contentOf = (number: number): Buffer =>
  Buffer.from(number % 7 === 6 ? `broken #${number}` : `jpeg ${120 + number}x90 #${number}`);

/** The same bytes wherever, whenever and beside whatever they are made. A JPEG is the largest, so that newer formats are worth it. */
export function renditionOf(original: Buffer, { fingerprint, format }: Variant): Buffer {
  const hash = createHash('sha1').update(original).update(fingerprint).digest('hex');
  return Buffer.from(format === 'jpeg' ? `${format} ${hash} ${hash}` : `${format} ${hash}`);
}

export interface Watch {
  encoded(original: Buffer, variant: Variant, by: Actor): void;
}

export function simulatedCodec(actor: Actor, stage: Stage, watch: Watch): Codec {
  const step = <T>(verb: string, about: string, effect: () => T) =>
    call(stage, actor, { where: 'codec', verb, about }, { effect, refusal: undefined });
  return codecOf(step, (original, variant) => watch.encoded(original, variant, actor));
}

/** One that takes no time, for whoever only looks on. */
export function immediateCodec(): Codec {
  return codecOf(
    async (_verb, _about, effect) => effect(),
    () => undefined,
  );
}

type Step = <T>(verb: string, about: string, effect: () => T) => Promise<T>;

function codecOf(step: Step, encoded: (original: Buffer, variant: Variant) => void): Codec {
  return {
    inspect: async file => pictureOf(file),
    decode: (file, { size }) =>
      step('decode', '', () => ({ ...size, data: file, channels: 3 as const })),
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
  };
}

function pictureOf(file: Buffer) {
  const [, width, height] = /^jpeg (\d+)x(\d+)/.exec(file.toString()) ?? [];
  if (!width) throw new Failure('ORIGINAL_UNSUPPORTED', 'expected a picture');
  const size = { width: Number(width), height: Number(height) };
  return { format: 'jpeg' as const, ...size, alpha: false, frames: 1 };
}

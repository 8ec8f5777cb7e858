import { createHash } from 'node:crypto';
import { Failure } from '../../shared/core/failure.ts';
import type { Size } from '../../shared/core/picture/picture.ts';
import type { Variant } from '../../shared/core/set/variants.ts';
import type { Codec, Raster } from '../../shared/ports.ts';

/**
 * A codec without pixels, for the order of work: an original is text such as `jpeg 1600x1200`, `gif 64x48 frames 20`, or
 * `broken`.
 * `encode` may be replaced to fail or to interfere.
 */
export interface ScriptedCodec extends Codec {
  decodes: number;
  searches: number;
  measures: number;
  encoded: string[];
  /** What was shown to who judges: of an animation several frames. */
  shown: Size[][];
  beforeEncode: (variant: Variant) => void | Promise<void>;
}

export function scriptedCodec(): ScriptedCodec {
  const codec: ScriptedCodec = {
    decodes: 0,
    searches: 0,
    measures: 0,
    encoded: [],
    shown: [],
    beforeEncode: () => undefined,
    inspect: async file => {
      const [, format, width, height] = /^(jpeg|gif) (\d+)x(\d+)/.exec(file.toString()) ?? [];
      if (!width) throw new Failure('ORIGINAL_UNSUPPORTED', 'expected a scripted picture');
      const [, frames = 1] = /frames (\d+)/.exec(file.toString()) ?? [];
      return {
        format: format as 'jpeg' | 'gif',
        width: Number(width),
        height: Number(height),
        alpha: false,
        frames: Number(frames),
      };
    },
    decode: async (file, { size }): Promise<Raster> => {
      if (/undecodable/.test(file.toString())) {
        throw new Failure('ORIGINAL_UNDECODABLE', 'expected a whole picture');
      }
      codec.decodes += 1;
      return { ...size, data: file, channels: 3 };
    },
    search: async () => {
      codec.searches += 1;
      return { x: 500, y: 250 };
    },
    measure: async () => {
      codec.measures += 1;
      return { chroma: '4:2:0', colourEdges: 0, flat: false, even: 0, colours: 1000 };
    },
    resize: async (raster, { width, height }) => ({ ...raster, width, height }),
    encode: async (raster, variant) => {
      await codec.beforeEncode(variant);
      codec.encoded.push(variant.key);
      const name = variant.format === 'jpeg' ? 'jpeg, the largest,' : variant.format;
      return Buffer.from(`${name} ${raster.width}x${raster.height} of ${raster.data}`);
    },
    encodeFromFile: async () => {
      throw new Failure('VARIANT_UNRENDERABLE', 'expected a still picture');
    },
    placeholder: async () => ({ thumbHash: 'AAAA', colour: '#336699' }),
    frames: async (file, _, { at, size }) => {
      codec.decodes += 1;
      return at.map(frame => ({ ...size, data: Buffer.from(`${file} #${frame}`), channels: 4 }));
    },
    forModeration: async frames => {
      codec.shown.push(frames.map(({ width, height }) => ({ width, height })));
      const [first] = frames;
      return {
        jpeg: Buffer.from(`for moderation: ${frames.map(({ data }) => data).join(', ')}`),
        phash: createHash('sha256')
          .update(first?.data ?? '')
          .digest('hex')
          .slice(0, 16),
      };
    },
  };
  return codec;
}

import { createHash } from 'node:crypto';
import { Failure } from '../../shared/core/failure.ts';
import type { Variant } from '../../shared/core/set/variants.ts';
import type { Codec, Raster } from '../../shared/ports.ts';

/**
 * A codec without pixels, for the order of work: an original is text such as `jpeg 1600x1200`, or `broken`.
 * `encode` may be replaced to fail or to interfere.
 */
export interface ScriptedCodec extends Codec {
  decodes: number;
  searches: number;
  measures: number;
  encoded: string[];
  beforeEncode: (variant: Variant) => void | Promise<void>;
}

export function scriptedCodec(): ScriptedCodec {
  const codec: ScriptedCodec = {
    decodes: 0,
    searches: 0,
    measures: 0,
    encoded: [],
    beforeEncode: () => undefined,
    inspect: async file => {
      const [, width, height] = /^jpeg (\d+)x(\d+)/.exec(file.toString()) ?? [];
      if (!width) throw new Failure('ORIGINAL_UNSUPPORTED', 'expected a scripted picture');
      return {
        format: 'jpeg',
        width: Number(width),
        height: Number(height),
        alpha: false,
        frames: 1,
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
    forModeration: async ({ data }) => ({
      jpeg: Buffer.from(`for moderation: ${data}`),
      phash: createHash('sha256').update(data).digest('hex').slice(0, 16),
    }),
  };
  return codec;
}

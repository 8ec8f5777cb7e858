import { createRequire } from 'node:module';
import sharp from 'sharp';
import type { Codec, Raster } from '../../shared/ports.ts';
import { answer } from './answer.ts';
import { codec } from './codec.ts';
import { develop, listOf } from './darkroom.ts';
import { similarityFrom } from './similarity.ts';

/** Each rendition's pixels as they reach the encoder, against one pipeline from the file to that size. */
await answer({
  run: async ({ files: [file = ''], outputs, peers }) => {
    const similarity = similarityFrom(createRequire(peers));
    const seen = new Map<number, Raster>();
    const watching: Codec = {
      ...codec,
      encode: async (...given) => {
        seen.set(given[0].width, given[0]);
        return await codec.encode(...given);
      },
    };
    await develop(file, listOf(outputs), { codec: watching });
    const facts: Record<string, number> = {};
    for (const [width, ours] of seen) {
      const direct = await sharp(file)
        .autoOrient()
        .resize(width)
        .toColourspace('srgb')
        .raw()
        .toBuffer();
      facts[width] = similarity({ ...ours, direct });
    }
    return { ...facts, worst: Math.min(...Object.values(facts)) };
  },
});

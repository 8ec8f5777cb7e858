import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { sharpCodec } from '../../shared/adapters/sharp-codec.ts';
import { neededScale, scaled } from '../../shared/core/geometry.ts';
import { wantedVariants } from '../../shared/core/variants.ts';
import { answer } from './answer.ts';
import { listOf } from './darkroom.ts';
import { similarityFrom } from './similarity.ts';

/** Each geometry's pixels before encoding, against one pipeline from the file straight to that size. */
await answer({
  run: async ({ files: [path = ''], outputs, peers }) => {
    const similarity = similarityFrom(createRequire(peers));
    const list = listOf(outputs);
    const file = await readFile(path);
    const picture = await sharpCodec.inspect(file, list.limits);
    const wanted = { key: 'bench', version: 'v', picture, list, presets: list.presets };
    const variants = wantedVariants(wanted).filter(({ format }) => format === 'jpeg');
    const scales = variants.map(({ recipe, ...size }) => neededScale(picture, size, recipe.fit));
    const top = await sharpCodec.decode(file, picture, scaled(picture, Math.max(...scales)));
    const facts: Record<string, number> = {};
    for (const variant of variants) {
      const ours = await sharpCodec.resize(top, variant);
      const direct = await sharp(file)
        .autoOrient()
        .resize(variant.width)
        .toColourspace('srgb')
        .raw()
        .toBuffer();
      facts[variant.width] = similarity({ ...ours, direct });
    }
    return { ...facts, worst: Math.min(...Object.values(facts)) };
  },
});

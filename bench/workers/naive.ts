import sharp from 'sharp';
import type { Output } from '../request.ts';

/** sharp's README, once for each output: a whole pipeline from the file. */
export async function naive(file: string, { width, format, options }: Output): Promise<Buffer> {
  const animated = /\.(gif|webp)$/.test(file) && format === 'webp';
  return await sharp(file, { animated })
    .autoOrient()
    .resize(width)
    .toFormat(format, options)
    .toBuffer();
}

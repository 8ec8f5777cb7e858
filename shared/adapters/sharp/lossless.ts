import sharp from 'sharp';
import { hasMoreColours } from '../../core/picture/content.ts';
import type { Size } from '../../core/picture/picture.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Raster } from '../../ports.ts';

/** Of grey photos there are 256, so that those have fewer are drawn. */
const FEW = 32;
/** As small as that it is the file unasked: drawn text has 0.2 to 0.9. Effort 4 takes a fifth longer for 1 % less. */
const MOST_BITS_A_PIXEL = 1;
const EFFORT = 1;

/** What a PNG's palette holds; more would be quantised, which is a loss. */
const PALETTE = 256;

/** The file once more, with every pixel as it is; undefined where that is not worth trying. docs/adr/0031-left-to-the-picture.md */
export async function withoutLoss(
  raster: Raster,
  { format, lossless }: Variant,
  encode: (encoder: Variant['recipe']['encoder']) => Promise<Buffer>,
): Promise<Buffer | undefined> {
  if (!lossless) return undefined;
  if (format === 'png') {
    if (hasMoreColours(raster, PALETTE)) return undefined;
    const file = await encode({ palette: true });
    return (await isExact(file, raster)) ? file : undefined;
  }
  if (lossless === 'of-few-colours' && hasMoreColours(raster, FEW)) return undefined;
  return await encode({ lossless: true, effort: EFFORT });
}

/** Nothing else is made then, though it might be smaller: it would show less. */
export function isEnough(file: Buffer, { lossless }: Variant, { width, height }: Size): boolean {
  return lossless === 'first' && file.length * 8 <= width * height * MOST_BITS_A_PIXEL;
}

/** The palette is made by a quantiser, which promises nothing. */
async function isExact(file: Buffer, { data, channels }: Raster): Promise<boolean> {
  const read = sharp(file, { ignoreIcc: true, limitInputPixels: false }).toColourspace('srgb');
  const pixels = channels === 4 ? read.ensureAlpha() : read.removeAlpha();
  return (await pixels.raw().toBuffer()).equals(data);
}

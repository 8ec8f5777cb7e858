import sharp from 'sharp';

/** A coarse grid: what an encoder or a resampling does to single pixels is not in it, a shift of colour is. */
const GRID = 4;

async function rgbOf(file: Buffer): Promise<Buffer> {
  // A colour that no picture has: it shows where the other is transparent.
  const opaque = sharp(file).flatten({ background: '#f0f' }).toColourspace('srgb');
  return await opaque.removeAlpha().raw({ depth: 'uchar' }).toBuffer();
}

/** RGB of sixteen fields, row by row. */
export async function gridOf(file: Buffer): Promise<Buffer> {
  const opaque = await sharp(file).flatten({ background: '#f0f' }).png().toBuffer();
  return await rgbOf(await sharp(opaque).resize(GRID, GRID, { fit: 'fill' }).png().toBuffer());
}

/** The mean over all values of two pictures of one size, from 0 to 255. */
export function meanDifference(a: Buffer, b: Buffer): number {
  if (a.length !== b.length) return 255;
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
}

export async function pixelDifference(a: Buffer, b: Buffer): Promise<number> {
  return meanDifference(await rgbOf(a), await rgbOf(b));
}

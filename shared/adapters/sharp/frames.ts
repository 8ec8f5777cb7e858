import sharp from 'sharp';
import { storedAnimation } from '../../core/picture/apng-frames.ts';
import { attempt } from '../../core/picture/codec-step.ts';
import { Failure } from '../../core/failure.ts';
import { showsCanvas, withTransparentCanvas } from '../../core/picture/gif.ts';
import { gifFramesApart } from '../../core/picture/gif-frames.ts';
import type { Picture, Size } from '../../core/picture/picture.ts';
import type { Raster } from '../../ports.ts';
import { composedOf, upright } from './animation.ts';
import { colourIn, profileOption, type Seen } from './colour.ts';
import { leftBehind } from './garbage.ts';
import { FAIL_ON, fromRaster, pixelsOf, rasterFrom } from './rasters.ts';

export interface Which {
  /** From 0, ascending. */
  at: number[];
  size: Size;
}

/** Some frames of an animation: at its own size there is one of them at a time, with what it is drawn over. */
export async function framesOf(file: Buffer, picture: Picture, which: Which): Promise<Raster[]> {
  return await attempt('VARIANT_UNRENDERABLE', 'expected whole frames', async () => {
    const seen = await colourIn(file, picture);
    if (picture.format === 'png') return await picked(await ofPng(file, seen), which);
    const isLeft = picture.format === 'gif' && showsCanvas(file, picture);
    const apart = isLeft ? gifFramesApart(file, picture) : undefined;
    if (apart?.length === picture.frames) {
      const { width, height } = picture;
      return await picked(composedOf({ width, height, frames: apart }, seen), which);
    }
    return await ofPages(isLeft ? withTransparentCanvas(file) : file, { picture, seen }, which);
  });
}

async function ofPng(file: Buffer, seen: Seen): Promise<AsyncIterable<Raster>> {
  const stored = storedAnimation(file);
  if (!stored) throw new Failure('VARIANT_UNRENDERABLE', 'expected a whole APNG');
  const { orientation = 1 } = await sharp(file, { failOn: FAIL_ON }).metadata();
  return upright(composedOf(stored, seen), orientation);
}

/** Each is drawn over those before it, so that all are, up to the last that is wanted. */
async function picked(drawn: AsyncIterable<Raster>, { at, size }: Which): Promise<Raster[]> {
  const frames: Raster[] = [];
  let index = 0;
  for await (const frame of drawn) {
    if (at.includes(index)) {
      frames.push(await rasterFrom(fromRaster(frame).resize({ ...size, fit: 'fill' })));
    }
    leftBehind(frame.data.length);
    index += 1;
    if (frames.length === at.length) break;
  }
  return frames;
}

async function ofPages(
  file: Buffer,
  { picture, seen }: { picture: Picture; seen: Seen },
  { at, size }: Which,
): Promise<Raster[]> {
  const options = { ...profileOption(seen), failOn: FAIL_ON, autoOrient: true } as const;
  const frames: Raster[] = [];
  for (const page of at) {
    const limits = { page, pages: 1, limitInputPixels: pixelsOf(picture) };
    const frame = sharp(file, { ...options, ...limits }).resize({ ...size, fit: 'fill' });
    frames.push(await rasterFrom(frame.toColourspace('srgb').ensureAlpha()));
    leftBehind(picture.width * picture.height * 4);
  }
  return frames;
}

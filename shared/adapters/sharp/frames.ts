import sharp from 'sharp';
import { storedAnimation } from '../../core/picture/apng-frames.ts';
import { attempt } from '../../core/picture/codec-step.ts';
import { Failure } from '../../core/failure.ts';
import { showsCanvas, withTransparentCanvas } from '../../core/picture/gif.ts';
import { gifFramesApart } from '../../core/picture/gif-frames.ts';
import { DECODE_SECONDS } from '../../core/picture/limits.ts';
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

/** Some frames of an animation: at its own size there is one at a time, with what it is drawn over. */
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
    return await ofPages(
      { file: isLeft ? withTransparentCanvas(file) : file, picture, seen },
      which,
    );
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

interface Paged {
  file: Buffer;
  picture: Picture;
  seen: Seen;
}

/** Bytes that frames of the wanted size may take at once: as decoded, and as they come back. */
const RUN_BYTES = 200e6;

/**
 * Whoever decodes a frame decodes those before it, too: so that they are decoded in runs, and what is not wanted is let go.
 * sharp turns single frames only.
 */
async function ofPages({ file, picture, seen }: Paged, { at, size }: Which): Promise<Raster[]> {
  const limits = { failOn: FAIL_ON, limitInputPixels: pixelsOf(picture) } as const;
  const { orientation = 1 } = await sharp(file, limits).metadata();
  const most = Math.floor(RUN_BYTES / (size.width * size.height * 8));
  const runs = orientation === 1 ? runsOf(at, Math.max(1, most)) : at.map(one => [one]);
  const frames: Raster[] = [];
  for (const run of runs) {
    const [page = 0] = run;
    const pages = (run.at(-1) ?? page) - page + 1;
    const options = { ...profileOption(seen), ...limits, page, pages };
    const opened = sharp(file, { ...options, autoOrient: pages === 1 });
    opened.timeout({ seconds: DECODE_SECONDS });
    const shown = opened
      .resize({ ...size, fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha();
    const { data } = await rasterFrom(shown);
    frames.push(...run.map(index => frameIn(data, index - page, size)));
    leftBehind(picture.width * picture.height * 4 + data.length);
  }
  return frames;
}

/** As few as there can be, each over so many frames at most. */
function runsOf(at: number[], most: number): number[][] {
  const runs: number[][] = [];
  for (const index of at) {
    const run = runs.at(-1);
    if (run && index - (run[0] ?? 0) < most) run.push(index);
    else runs.push([index]);
  }
  return runs;
}

function frameIn(data: Buffer, at: number, { width, height }: Size): Raster {
  const bytes = width * height * 4;
  const own = Buffer.from(data.subarray(at * bytes, (at + 1) * bytes));
  return { data: own, width, height, channels: 4 };
}

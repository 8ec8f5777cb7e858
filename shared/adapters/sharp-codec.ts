import sharp, { type Sharp } from 'sharp';
import { Failure, type FailureCode } from '../core/failure.ts';
import type { Picture, Size } from '../core/picture.ts';
import { placeholderOf, THUMBHASH_SIDE } from '../core/placeholder.ts';
import type { Limits } from '../core/preset-list.ts';
import { sourceFormatOf } from '../core/source-format.ts';
import type { Variant } from '../core/variants.ts';
import type { Codec, Raster } from '../ports.ts';

// One thread for each encoder: two of one thread each finish 1.5 times sooner than one of two, and AVIF's
// bytes depend on the number of threads, so it is pinned for outputs to be reproducible.
sharp.concurrency(1);
sharp.cache(false);

/** 'warning', sharp's default, refuses some good camera files; 'none' takes truncated ones. */
const FAIL_ON = 'error';

export const sharpCodec: Codec = { inspect, decode, resize, encode, animate, placeholder };

async function inspect(file: Buffer, limits: Limits): Promise<Picture> {
  const format = sourceFormatOf(file);
  const header = await attempt('ORIGINAL_UNDECODABLE', `expected a readable ${format}`, () =>
    sharp(file, { failOn: FAIL_ON, limitInputPixels: false }).metadata(),
  );
  const { width, height } = header.autoOrient;
  const picture = {
    format,
    width,
    height: header.pageHeight ?? height,
    alpha: header.hasAlpha,
    frames: format === 'gif' || format === 'webp' ? (header.pages ?? 1) : 1,
  };
  refuseBeyond(picture, limits);
  return picture;
}

function refuseBeyond({ width, height, frames }: Picture, limits: Limits): void {
  const megapixels = (width * height) / 1e6;
  if (megapixels > limits.megapixels) {
    const message = `expected at most ${limits.megapixels} megapixels (limits.megapixels), received ${width}x${height}`;
    throw new Failure('ORIGINAL_TOO_LARGE', message);
  }
  if (frames > limits.frames) {
    const message = `expected at most ${limits.frames} frames (limits.frames), received ${frames}`;
    throw new Failure('ORIGINAL_TOO_LARGE', message);
  }
}

/** `resize` first in the pipeline, so that a JPEG is shrunk while it is decoded. */
async function decode(file: Buffer, picture: Picture, size: Size): Promise<Raster> {
  const pipeline = sharp(file, {
    failOn: FAIL_ON,
    limitInputPixels: picture.width * picture.height,
    autoOrient: true,
  })
    .resize({ ...size, fit: 'fill' })
    .toColourspace('srgb');
  return await attempt('ORIGINAL_UNDECODABLE', `expected a whole ${picture.format}`, () =>
    rasterFrom(pipeline),
  );
}

async function resize(raster: Raster, variant: Variant): Promise<Raster> {
  const { recipe, width, height, gravity } = variant;
  const isThere = raster.width === width && raster.height === height && !recipe.sharpen;
  if (isThere) return raster;
  const pipeline = fromRaster(raster).resize({
    width,
    height,
    fit: recipe.fit === 'inside' ? 'fill' : recipe.fit,
    position: gravity,
    background: recipe.background,
  });
  if (recipe.sharpen) pipeline.sharpen({ sigma: recipe.sharpen });
  return await attempt('VARIANT_UNRENDERABLE', 'expected to resize the picture', () =>
    rasterFrom(pipeline),
  );
}

async function encode(raster: Raster, { recipe }: Variant): Promise<Buffer> {
  const pipeline = fromRaster(raster);
  if (raster.channels === 4 && recipe.format === 'jpeg') {
    pipeline.flatten({ background: recipe.background });
  }
  return await attempt('VARIANT_UNRENDERABLE', `expected to encode ${recipe.format}`, () =>
    pipeline[recipe.format](recipe.encoder).toBuffer(),
  );
}

async function animate(file: Buffer, variant: Variant, limits: Limits): Promise<Buffer> {
  const { recipe, width, height, gravity } = variant;
  const { animated: _, ...encoder } = recipe.encoder;
  const pipeline = sharp(file, {
    failOn: FAIL_ON,
    limitInputPixels: limits.megapixels * 1e6 * limits.frames,
    animated: true,
  }).resize({
    width,
    height,
    fit: recipe.fit === 'inside' ? 'fill' : recipe.fit,
    position: gravity,
  });
  return await attempt('VARIANT_UNRENDERABLE', 'expected to encode an animated webp', () =>
    pipeline.webp(encoder).toBuffer(),
  );
}

async function placeholder(raster: Raster) {
  const side = THUMBHASH_SIDE;
  const small = fromRaster(raster)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .ensureAlpha();
  const { data, width, height } = await rasterFrom(small);
  const { dominant } = await sharp(data, { raw: { width, height, channels: 4 } }).stats();
  return placeholderOf({ width, height, rgba: data }, dominant);
}

/** Only width, height and channels: the rest of `info` would have the pixels un-premultiplied twice. */
function fromRaster({ data, width, height, channels }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

async function rasterFrom(pipeline: Sharp): Promise<Raster> {
  const { data, info } = await pipeline
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) {
    throw new Failure('UNEXPECTED', `expected 3 or 4 channels of sRGB, received ${channels}`);
  }
  return { data, width, height, channels };
}

/**
 * libvips' text is not passed on: in a shared process it can speak of another job's file. Running out of
 * memory is nobody's picture's fault.
 */
async function attempt<T>(code: FailureCode, expected: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const text = cause instanceof Error ? cause.message : '';
    if (/memory|allocate/i.test(text)) {
      throw new Failure('UNEXPECTED', 'expected enough memory to render', { cause });
    }
    const reason = /premature|truncated|end of|unexpected end/i.test(text)
      ? 'it ends too soon'
      : 'the codec refused it';
    throw new Failure(code, `${expected}, ${reason}`, { cause });
  }
}

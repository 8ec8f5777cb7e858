import sharp, { type ResizeOptions, type Sharp } from 'sharp';
import { composeFrames } from '../core/apng.ts';
import { attempt } from '../core/attempt.ts';
import { Failure } from '../core/failure.ts';
import { xmpOf } from '../core/labels.ts';
import type { Picture } from '../core/picture.ts';
import { pictureFrom } from '../core/picture-from-header.ts';
import { DECODE_SECONDS, refuseBeyond } from '../core/picture-limits.ts';
import { placeholderOf, THUMBHASH_SIDE } from '../core/placeholder.ts';
import type { PresetList } from '../core/preset-list.ts';
import { sourceFormatOf } from '../core/source-format.ts';
import { tiffOf } from '../core/tiff.ts';
import type { Variant } from '../core/variants.ts';
import type { Codec, DecodeOptions, ForeignDecoders, Raster } from '../ports.ts';

// One thread for each encoder: two of one thread each finish 1.5 times sooner than one of two, and AVIF's
// bytes depend on the number of threads, so it is pinned for outputs to be reproducible.
const ENCODER_THREADS = 1;
// A decode has nobody beside it: a second thread ends it some 15 % sooner for 5 % more CPU, a third gains nothing.
const DECODER_THREADS = 2;
sharp.concurrency(ENCODER_THREADS);
sharp.cache(false);

// Whatever a file claims to be: no SVG, PDF, magick or text loader is ever reached.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Uhdr', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
    name => `VipsForeignLoad${name}`,
  ),
});

/** 'warning', sharp's default, refuses some good camera files; 'none' takes truncated ones. */
const FAIL_ON = 'error';

export function sharpCodec(foreign: ForeignDecoders): Codec {
  return {
    inspect,
    decode: (file, options) => decode(file, options, foreign),
    resize,
    encode,
    encodeFromFile: (file, variant, picture) => encodeFromFile(file, variant, picture, foreign),
    placeholder,
  };
}

async function inspect(file: Buffer, list: PresetList): Promise<Picture> {
  const kind = sourceFormatOf(file);
  const header = await attempt('ORIGINAL_UNDECODABLE', `expected a readable ${kind}`, () =>
    sharp(file, { failOn: FAIL_ON, limitInputPixels: false }).metadata(),
  );
  const picture = pictureFrom(file, kind, header, list);
  if (picture.format === 'heic' && list.heic === 'refuse') {
    throw new Failure(
      'ORIGINAL_UNSUPPORTED',
      'expected no HEIC picture (heic: refuse), received one',
    );
  }
  refuseBeyond(picture, list);
  return picture;
}

/** `resize` first in the pipeline, so that a JPEG is shrunk while it is decoded. */
async function decode(
  file: Buffer,
  options: DecodeOptions,
  foreign: ForeignDecoders,
): Promise<Raster> {
  const { picture, size, keepProfile, truncated } = options;
  const isHeic = picture.format === 'heic';
  const icc = keepProfile || isHeic ? await profileOf(file) : undefined;
  const profile = keepProfile ? icc : undefined;
  const source = isHeic ? await tiffFrom(await foreign.heic(file, pixelsOf(picture)), icc) : file;
  const run = async (failOn: 'error' | 'none'): Promise<Raster> => {
    const pipeline = sharp(source, {
      failOn,
      autoOrient: true,
      limitInputPixels: pixelsOf(picture),
    });
    pipeline.resize({ ...size, fit: 'fill' }).timeout({ seconds: DECODE_SECONDS });
    if (!picture.alpha) pipeline.removeAlpha();
    if (encoding === 0) sharp.concurrency(DECODER_THREADS);
    const raster = await attempt('ORIGINAL_UNDECODABLE', `expected a whole ${picture.format}`, () =>
      rasterFrom(profile ? pipeline.keepIccProfile() : pipeline.toColourspace('srgb')),
    );
    return profile ? { ...raster, icc: profile } : raster;
  };
  try {
    return await run(FAIL_ON);
  } catch (thrown) {
    if (truncated === 'refuse') throw thrown;
    return { ...(await run('none')), salvaged: true };
  }
}

/** Upright RGBA as a file that sharp reads; a TIFF carries the profile along. */
async function tiffFrom(
  pixels: Awaited<ReturnType<ForeignDecoders['heic']>>,
  icc: Buffer | undefined,
): Promise<Buffer> {
  const raster = { ...pixels, channels: 4 as const };
  return icc
    ? tiffOf(raster, icc)
    : await fromRaster(raster).tiff({ compression: 'none' }).toBuffer();
}

async function profileOf(file: Buffer): Promise<Buffer | undefined> {
  return (await sharp(file, { failOn: FAIL_ON, limitInputPixels: false }).metadata()).icc;
}

function pixelsOf({ width, height, frames }: Picture): number {
  return width * height * frames;
}

async function resize(raster: Raster, variant: Variant): Promise<Raster> {
  const { recipe, width, height } = variant;
  const keepsProfile = raster.icc !== undefined && recipe.colour === 'p3';
  const isThere = raster.width === width && raster.height === height && !recipe.sharpen;
  if (isThere && (keepsProfile || !raster.icc)) return raster;
  const pipeline = fromRaster(raster).resize(shapeOf(variant));
  if (recipe.sharpen) pipeline.sharpen({ sigma: recipe.sharpen });
  const resized = await attempt('VARIANT_UNRENDERABLE', 'expected to resize the picture', () =>
    rasterFrom(keepsProfile ? pipeline.keepIccProfile() : pipeline.toColourspace('srgb')),
  );
  return keepsProfile && raster.icc ? { ...resized, icc: raster.icc } : resized;
}

async function encode(raster: Raster, { recipe }: Variant, picture: Picture): Promise<Buffer> {
  const pipeline = fromRaster(raster);
  if (raster.channels === 4 && recipe.format === 'jpeg') {
    pipeline.flatten({ background: recipe.background });
  }
  if (raster.icc) pipeline.keepIccProfile();
  return await finish(pipeline, recipe, picture);
}

async function encodeFromFile(
  file: Buffer,
  variant: Variant,
  picture: Picture,
  foreign: ForeignDecoders,
): Promise<Buffer> {
  const { recipe, fromFile } = variant;
  const isAnimated = fromFile === 'animated';
  if (isAnimated && picture.format === 'png') {
    const { pipeline, timing } = await fromApng(file, variant, foreign);
    return await finish(
      pipeline,
      { ...recipe, encoder: { ...recipe.encoder, ...timing } },
      picture,
    );
  }
  const pipeline = sharp(file, {
    failOn: FAIL_ON,
    limitInputPixels: pixelsOf(picture),
    animated: isAnimated,
    autoOrient: !isAnimated,
  }).resize(shapeOf(variant));
  if (!isAnimated) keepGainMap(pipeline);
  return await finish(pipeline, recipe, picture);
}

/** In sharp 0.35 and missing from its types. */
function keepGainMap(pipeline: Sharp): void {
  (pipeline as Sharp & { keepGainMap(): Sharp }).keepGainMap();
}

/** Frame by frame: sharp would resize raw frames below each other as one tall picture. */
async function fromApng(file: Buffer, variant: Variant, { apng }: ForeignDecoders) {
  const { width, height, loop, frames } = await apng(file);
  const drawn = [];
  for (const { png, ...frame } of frames) {
    const upright = sharp(png, { failOn: FAIL_ON }).toColourspace('srgb').ensureAlpha();
    drawn.push({ ...frame, rgba: (await rasterFrom(upright)).data });
  }
  const resized: Buffer[] = [];
  for (const data of composeFrames({ width, height }, drawn)) {
    const frame = fromRaster({ data, width, height, channels: 4 }).resize(shapeOf(variant));
    resized.push((await rasterFrom(frame)).data);
  }
  const raw = {
    width: variant.width,
    height: variant.height * frames.length,
    channels: 4 as const,
    pageHeight: variant.height,
  };
  const pipeline = sharp(Buffer.concat(resized), { raw, limitInputPixels: false });
  return { pipeline, timing: { loop, delay: frames.map(({ delay }) => delay) } };
}

/** The plan's size is exact, so `inside` has become `fill`. One frame's centre of interest is not another's. */
function shapeOf({ recipe, width, height, gravity, fromFile }: Variant): ResizeOptions {
  const wanders = fromFile === 'animated' && (gravity === 'attention' || gravity === 'entropy');
  return {
    width,
    height,
    fit: recipe.fit === 'inside' ? 'fill' : recipe.fit,
    position: wanders ? 'centre' : gravity,
    background: recipe.background,
  };
}

/** The last step of every rendition: the few words that go with the pixels, and the encoder. */
async function finish(
  pipeline: Sharp,
  { format, encoder, copyright }: Variant['recipe'],
  picture: Picture,
): Promise<Buffer> {
  const xmp = xmpOf(picture.labels);
  if (xmp) pipeline.withXmp(xmp);
  if (copyright && picture.copyright) pipeline.withExif({ IFD0: { Copyright: picture.copyright } });
  const { animated: _a, keepIfSmallerBy: _k, chroma, ...options } = encoder;
  encoding += 1;
  sharp.concurrency(ENCODER_THREADS);
  try {
    return await attempt('VARIANT_UNRENDERABLE', `expected to encode ${format}`, () =>
      pipeline[format](chroma ? { ...options, chromaSubsampling: chroma } : options).toBuffer(),
    );
  } finally {
    encoding -= 1;
  }
}

/** Encodes under way in this process: sharp's number of threads is one for all of them, so it stays as they found it. */
let encoding = 0;

async function placeholder(raster: Raster) {
  const small = fromRaster(raster)
    .resize({
      width: THUMBHASH_SIDE,
      height: THUMBHASH_SIDE,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .toColourspace('srgb')
    .ensureAlpha();
  const { data, width, height } = await rasterFrom(small);
  return placeholderOf({ width, height, rgba: data });
}

/** Only width, height and channels: the rest of `info` would have the pixels un-premultiplied twice. */
function fromRaster({ data, width, height, channels, icc }: Raster): Sharp {
  if (icc)
    return sharp(tiffOf({ data, width, height, channels }, icc), { limitInputPixels: false });
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

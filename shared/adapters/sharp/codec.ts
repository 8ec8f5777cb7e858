import sharp, { type Sharp } from 'sharp';
import { attempt } from '../../core/picture/codec-step.ts';
import { refuseHeaderOf } from '../../core/picture/costly-headers.ts';
import { isCutShort } from '../../core/picture/cut-short.ts';
import { Failure } from '../../core/failure.ts';
import { isAscii, xmpOf } from '../../core/picture/labels.ts';
import type { Picture } from '../../core/picture/picture.ts';
import { pictureFrom } from '../../core/picture/from-header.ts';
import { DECODE_SECONDS, refuseBeyond } from '../../core/picture/limits.ts';
import { placeholderOf, THUMBHASH_SIDE } from '../../core/picture/placeholder.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import { sourceFormatOf } from '../../core/picture/source-format.ts';
import { tiffOf } from '../../core/picture/tiff-writer.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Codec, DecodeOptions, ForeignDecoders, Raster } from '../../ports.ts';
import { animated } from './animation.ts';
import { FAIL_ON, fromRaster, pixelsOf, rasterFrom, shapeOf } from './rasters.ts';

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
  refuseHeaderOf(file, kind, list.limits);
  const failOn = list.truncated === 'salvage' ? 'none' : FAIL_ON;
  const header = await attempt('ORIGINAL_UNDECODABLE', `expected a readable ${kind}`, () =>
    sharp(file, { failOn, limitInputPixels: false }).metadata(),
  );
  const picture = pictureFrom(file, kind, header, {
    copyright: list.metadata.copyright === 'keep',
  });
  if (picture.format === 'heic' && list.heic === 'refuse') {
    throw new Failure(
      'ORIGINAL_UNSUPPORTED',
      'expected no HEIC picture (heic: refuse), received one',
    );
  }
  refuseBeyond(picture, list.limits);
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
  const isCut = isCutShort(file, picture);
  if (isCut && truncated === 'refuse') {
    const message = `expected a whole ${picture.format}, the file ends too soon`;
    throw new Failure('ORIGINAL_UNDECODABLE', message);
  }
  const isDeep = !keepProfile && !isHeic && (await isDeepWithProfile(file, picture));
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
      rasterFrom(
        profile
          ? pipeline.keepIccProfile()
          : isDeep
            ? pipeline.withIccProfile('srgb')
            : pipeline.toColourspace('srgb'),
      ),
    );
    return {
      ...raster,
      ...(profile ? { icc: profile } : {}),
      ...(isCut ? { salvaged: true } : {}),
    };
  };
  try {
    return await run(isCut ? 'none' : FAIL_ON);
  } catch (thrown) {
    if (truncated === 'refuse') throw thrown;
    return { ...(await run('none')), salvaged: true };
  }
}

/** More than 8 bits a channel: sharp works on those in Display P3, and raw pixels would stay in it. */
async function isDeepWithProfile(file: Buffer, { format }: Picture): Promise<boolean> {
  const PNG_DEPTH_AT = 24;
  const mayBe =
    format === 'png' ? file[PNG_DEPTH_AT] === 16 : format === 'tiff' || format === 'avif';
  if (!mayBe) return false;
  const { depth, icc } = await sharp(file, { failOn: 'none', limitInputPixels: false }).metadata();
  return depth === 'ushort' && icc !== undefined;
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
  if (fromFile === 'animated') {
    const { pipeline, timing } = await attempt(
      'VARIANT_UNRENDERABLE',
      'expected whole frames',
      () => animated(file, variant, picture, foreign),
    );
    const encoder = { ...recipe.encoder, ...timing };
    return await finish(pipeline, { ...recipe, encoder }, picture);
  }
  const limitInputPixels = pixelsOf(picture);
  const pipeline = sharp(file, { failOn: FAIL_ON, limitInputPixels, autoOrient: true });
  keepGainMap(pipeline.resize(shapeOf(variant)));
  return await finish(pipeline, recipe, picture);
}

/** In sharp 0.35 and missing from its types. */
function keepGainMap(pipeline: Sharp): void {
  (pipeline as Sharp & { keepGainMap(): Sharp }).keepGainMap();
}

/** The last step of every rendition: the few words that go with the pixels, and the encoder. */
async function finish(
  pipeline: Sharp,
  { format, encoder, copyright }: Variant['recipe'],
  picture: Picture,
): Promise<Buffer> {
  const notice = copyright && picture.copyright;
  const xmp = xmpOf(picture.labels, notice && !isAscii(notice) ? notice : undefined);
  if (xmp) pipeline.withXmp(xmp);
  if (notice && isAscii(notice)) pipeline.withExif({ IFD0: { Copyright: notice } });
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

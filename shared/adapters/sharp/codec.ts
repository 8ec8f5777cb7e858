import sharp, { type Sharp } from 'sharp';
import { attempt } from '../../core/picture/codec-step.ts';
import { refuseHeaderOf } from '../../core/picture/costly-headers.ts';
import { Failure } from '../../core/failure.ts';
import { gainMapXmp, ultraHdrOf } from '../../core/picture/gain-map-writer.ts';
import { isAscii, xmpOf } from '../../core/picture/labels.ts';
import type { Picture } from '../../core/picture/picture.ts';
import { pictureFrom } from '../../core/picture/from-header.ts';
import { refusePartsOf } from '../../core/picture/iso-parts.ts';
import { refuseLab, refuseSamples } from '../../core/picture/tiff-samples.ts';
import { refuseBeyond } from '../../core/picture/limits.ts';
import { refuseBeyondMemory } from '../../core/picture/memory.ts';
import { placeholderOf, thumbHashSide } from '../../core/picture/placeholder.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import { sourceFormatOf } from '../../core/picture/source-format.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Codec, ForeignDecoders, Raster } from '../../ports.ts';
import { animated } from './animation.ts';
import { forModeration } from './for-moderation.ts';
import { framesOf } from './frames.ts';
import { leftBehind } from './garbage.ts';
import { measure } from './measure.ts';
import { inDisplayP3 } from './numbers.ts';
import { resize } from './resize.ts';
import { search } from './search.ts';
import { isEnough, withoutLoss } from './lossless.ts';
import { ultraHdr } from './ultra-hdr.ts';
import { decode } from './decode.ts';
import { FAIL_ON, fromRaster, rasterFrom } from './rasters.ts';
import { asEncoder } from './threads.ts';

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
    search,
    measure,
    resize,
    encode,
    encodeFromFile: (file, variant, picture) => encodeFromFile(file, variant, picture, foreign),
    placeholder,
    frames: framesOf,
    forModeration,
  };
}

async function inspect(file: Buffer, list: PresetList): Promise<Picture> {
  const kind = sourceFormatOf(file);
  refuseHeaderOf(file, kind, list.limits);
  if (kind === 'tiff') refuseLab(file);
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
  refuseSamples(header, picture);
  refuseBeyond(picture, list.limits);
  if (picture.format === 'avif' || picture.format === 'heic') refusePartsOf(file);
  refuseBeyondMemory(file, picture);
  return picture;
}

async function encode(raster: Raster, variant: Variant, picture: Picture): Promise<Buffer> {
  const { recipe } = variant;
  const exact = await withoutLoss(raster, variant, encoder =>
    finish(pipelineOf(raster, recipe), { ...recipe, encoder }, picture),
  );
  const file =
    exact && isEnough(exact, variant, raster)
      ? exact
      : smaller(await finish(pipelineOf(raster, recipe), recipe, picture), exact);
  leftBehind(raster.data.length);
  return file;
}

function smaller(made: Buffer, exact?: Buffer): Buffer {
  return exact && exact.length < made.length ? exact : made;
}

function pipelineOf(raster: Raster, { format, background }: Variant['recipe']): Sharp {
  const pipeline = fromRaster(raster);
  if (raster.channels === 4 && format === 'jpeg') {
    pipeline.flatten({ background: raster.icc ? inDisplayP3(background) : background });
  }
  return raster.icc ? pipeline.keepIccProfile() : pipeline;
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
      () => animated(file, variant, picture),
    );
    const encoder = { ...recipe.encoder, ...timing };
    const rendition = await finish(pipeline, { ...recipe, encoder }, picture);
    leftBehind(variant.width * variant.height * picture.frames * 4);
    return rendition;
  }
  const { base, gainMap } = await attempt(
    'VARIANT_UNRENDERABLE',
    'expected a picture and its gain map',
    () => ultraHdr(file, variant, picture, foreign),
  );
  const pipeline = fromRaster(base);
  if (base.icc) pipeline.keepIccProfile();
  const primary = await finish(pipeline, recipe, picture, gainMapXmp(gainMap.length));
  return ultraHdrOf(primary, gainMap);
}

/** The last step of every rendition: the few words that go with the pixels, and the encoder. */
async function finish(
  pipeline: Sharp,
  { format, encoder, copyright }: Variant['recipe'],
  picture: Picture,
  others?: ReturnType<typeof gainMapXmp>,
): Promise<Buffer> {
  const notice = copyright && picture.copyright;
  const xmp = xmpOf(picture.labels, notice && !isAscii(notice) ? notice : undefined, others);
  if (xmp) pipeline.withXmp(xmp);
  if (notice && isAscii(notice)) pipeline.withExif({ IFD0: { Copyright: notice } });
  const { animated: _a, keepIfSmallerBy: _k, chroma, ...options } = encoder;
  return await asEncoder(() =>
    attempt('VARIANT_UNRENDERABLE', `expected to encode ${format}`, () =>
      pipeline[format](chroma ? { ...options, chromaSubsampling: chroma } : options).toBuffer(),
    ),
  );
}

async function placeholder(raster: Raster) {
  const side = thumbHashSide(raster.channels);
  const small = fromRaster(raster)
    .resize({
      width: side,
      height: side,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .toColourspace('srgb')
    .ensureAlpha();
  const { data, width, height } = await rasterFrom(small);
  return placeholderOf({ width, height, rgba: data });
}

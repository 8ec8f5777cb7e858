import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { Failure } from '../../core/failure.ts';
import { type Colour, colourOf, SRGB_COLOUR } from '../../core/picture/colour.ts';
import { toldBy } from '../../core/picture/colour-told.ts';
import { hasProfileInJpeg } from '../../core/picture/jpeg.ts';
import type { Picture } from '../../core/picture/picture.ts';
import type { Samples } from '../../core/picture/tiff-samples.ts';
import type { Raster } from '../../ports.ts';
import { type RawPixels, toTarget } from './numbers.ts';
import { rasterFrom } from './rasters.ts';

/** A file's colour, and what else its header says that decides the way to sRGB: it is read once for a decode. */
export interface Seen extends Samples {
  colour: Colour;
  isDeep: boolean;
  icc?: Buffer | undefined;
  exif?: Buffer | undefined;
}

const PLAIN: Seen = {
  colour: SRGB_COLOUR,
  isDeep: false,
  space: 'srgb',
  depth: 'uchar',
  channels: 3,
};

/** One small read of the header; none of a plain JPEG's, nor of a GIF's, which say nothing of colour. */
export async function colourIn(file: Buffer, { format }: Pick<Picture, 'format'>): Promise<Seen> {
  if (format === 'gif' || (format === 'jpeg' && !hasProfileInJpeg(file))) return PLAIN;
  const header = await sharp(file, { failOn: 'none', limitInputPixels: false }).metadata();
  const { depth, space, channels, icc, exif } = header;
  const colour = colourOf(toldBy(file, format), header);
  const isDeep = depth !== 'uchar' && depth !== 'char';
  return { colour, isDeep, space, depth, channels, icc, exif };
}

/** libvips would heed a profile that does not count: it may be of another colour space than the pixels. */
export function profileOption({ colour }: Seen): Pick<SharpOptions, 'ignoreIcc'> {
  return colour.by === 'profile' ? {} : { ignoreIcc: true };
}

/** The pixels of a pipeline in sRGB; wide ones, where they are to be kept, with their profile. */
export async function pixelsOfColour(
  pipeline: Sharp,
  seen: Seen,
  keepsWide: boolean,
): Promise<Raster> {
  const { colour, isDeep, icc } = seen;
  const isKept = keepsWide && colour.isWide;
  if (colour.by === 'numbers' || colour.isLimited || colour.isFloat) {
    const pixels = toTarget(await rawFrom(pipeline, seen), colour, isKept ? 'p3' : 'srgb');
    return isKept ? { ...pixels, icc: await displayP3() } : pixels;
  }
  if (isKept && colour.isDisplayP3 && icc) {
    return { ...(await rasterFrom(pipeline.keepIccProfile())), icc };
  }
  if (isKept) {
    // Of 8 bits sharp would make sRGB on the way, and cut off what is wider.
    const deep = pipeline.pipelineColourspace('rgb16').withIccProfile('p3');
    return { ...(await rasterFrom(deep)), icc: await displayP3() };
  }
  // More than 8 bits a channel: sharp works on those in Display P3, and raw pixels would stay in it.
  const needsProfile = isDeep && colour.by === 'profile';
  return await rasterFrom(
    needsProfile ? pipeline.withIccProfile('srgb') : pipeline.toColourspace('srgb'),
  );
}

/** The file's own numbers, as deep as they are. */
async function rawFrom(pipeline: Sharp, { colour, isDeep, space }: Seen): Promise<RawPixels> {
  const depth = colour.isFloat ? 'float' : isDeep ? 'ushort' : 'uchar';
  const asIs = { float: space, ushort: 'rgb16', uchar: 'srgb' }[depth];
  const { data, info } = await pipeline
    .toColourspace(asIs)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels > 4) {
    throw new Failure('ORIGINAL_UNSUPPORTED', `expected 4 channels at most, received ${channels}`);
  }
  return { data, width, height, channels, depth };
}

let profile: Promise<Buffer> | undefined;

/** The profile of Display P3 that comes with sharp, 480 bytes. */
async function displayP3(): Promise<Buffer> {
  profile ??= profileNamed('p3');
  return await profile;
}

async function profileNamed(name: 'p3'): Promise<Buffer> {
  const one = { create: { width: 1, height: 1, channels: 3 as const, background: '#000000' } };
  const { icc } = await sharp(await sharp(one).withIccProfile(name).png().toBuffer()).metadata();
  if (!icc) throw new Failure('UNEXPECTED', `expected sharp to have the profile ${name}`);
  return icc;
}

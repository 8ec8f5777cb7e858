import { failureOf } from '../../core/failure.ts';
import { scaled } from '../../core/list/geometry.ts';
import type { Picture, Size } from '../../core/picture/picture.ts';
import { framesShown, sizeShown } from '../../core/set/shown.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import type { Spent } from '../../core/set/report.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Codec, Raster } from '../../ports.ts';
import { timed } from './timed.ts';

/** Enough pixels for a placeholder, which has 48 a side at most, and far fewer to read than the raster has. */
export const PLACEHOLDER_SOURCE = 100;

function placeholderScale({ width, height }: Picture): number {
  return Math.min(1, PLACEHOLDER_SOURCE / Math.max(width, height));
}

interface Job {
  file: Buffer;
  picture: Picture;
  list: PresetList;
  variants: Variant[];
  whole: Variant[];
  spent: Spent;
  judge?: ((frames: Raster[]) => void) | undefined;
}

/**
 * The pixels that all files are made of. Whoever judges the picture is shown them, too, if they are enough; else what is
 * decoded for that alone, first, so that its memory is free again for the files.
 */
export async function decodeOnce(
  job: Job,
  needed: Size | undefined,
  codec: Codec,
): Promise<Raster> {
  const { picture, variants, whole, judge } = job;
  const size = needed ?? scaled(picture, placeholderScale(picture));
  const apart = judge && (await shownApart(job, size, codec));
  if (apart) judge(apart);
  const wantsP3 = [...whole, ...variants].some(({ recipe }) => recipe.colour === 'p3');
  const keepProfile = picture.profile === 'p3' && wantsP3;
  const raster = await decoded(job, { size, keepProfile }, codec);
  if (judge && !apart) judge([raster]);
  return raster;
}

async function decoded(
  { file, picture, list, spent }: Job,
  wanted: { size: Size; keepProfile: boolean },
  codec: Codec,
): Promise<Raster> {
  spent.decodes += 1;
  return await timed(spent, 'decode', () =>
    codec.decode(file, { picture, ...wanted, truncated: list.truncated }),
  );
}

/** Undefined where the pixels for the files are enough. */
async function shownApart(job: Job, size: Size, codec: Codec): Promise<Raster[] | undefined> {
  const { file, picture } = job;
  const frames = await framesOf(job, codec);
  if (frames) return frames;
  const apart = sizeShown(file, picture, size);
  return apart && [await decoded(job, { size: apart, keepProfile: false }, codec)];
}

/** Undefined of what is still. What cannot be read whole is no animation in any file either. */
async function framesOf(
  { file, picture, spent }: Job,
  codec: Codec,
): Promise<Raster[] | undefined> {
  const which = framesShown(file, picture);
  if (!which) return undefined;
  spent.decodes += 1;
  try {
    return await timed(spent, 'decode', () => codec.frames(file, picture, which));
  } catch (thrown) {
    if (failureOf(thrown).code !== 'VARIANT_UNRENDERABLE') throw thrown;
    return undefined;
  }
}

import pLimit from 'p-limit';
import { Failure, failureOf } from '../core/failure.ts';
import { neededScale, scaled } from '../core/geometry.ts';
import type { Placeholder } from '../core/manifest.ts';
import type { Picture, Size } from '../core/picture.ts';
import type { Limits } from '../core/preset-list.ts';
import type { Spent } from '../core/report.ts';
import { inStartingOrder } from '../core/schedule.ts';
import type { Variant } from '../core/variants.ts';
import type { Codec, Raster } from '../ports.ts';
import type { Darkroom } from './darkroom.ts';
import { timed } from './timed.ts';

export interface Rendition {
  variant: Variant;
  bytes: number;
  milliseconds: number;
}

export type Outcome = Rendition | { variant: Variant; failure: Failure };

export interface Job {
  file: Buffer;
  picture: Picture;
  variants: Variant[];
  limits: Limits;
  spent: Spent;
  /** Called with each rendition as soon as there is one. */
  write(variant: Variant, rendition: Buffer): Promise<void>;
}

/** Enough to keep the network busy behind two encoders; each holds one rendition. */
const WRITES_SIDE_BY_SIDE = 6;

/**
 * Decode once, resize once per geometry, encode each file once. One variant's failure is that variant's
 * outcome; what is thrown is the picture's own failure.
 */
export async function develop(
  job: Job,
  darkroom: Darkroom,
): Promise<{ outcomes: Outcome[]; placeholder: Placeholder }> {
  const raster = await decodeOnce(job, darkroom.codec);
  const placeholder = await darkroom.codec.placeholder(raster);
  const pixelsOf = geometriesOf(raster, job, darkroom.codec);
  const lanes = pLimit(darkroom.lanes);
  const writes = pLimit(WRITES_SIDE_BY_SIDE);
  const outcomes = inStartingOrder(job.variants, darkroom.lanes).map(async variant => {
    try {
      const { rendition, milliseconds } = await lanes(() =>
        render(variant, pixelsOf, job, darkroom),
      );
      await writes(() => timed(job.spent, 'write', () => job.write(variant, rendition)));
      job.spent.bytesWritten += rendition.length;
      darkroom.log.debug('rendered', { key: variant.key, bytes: rendition.length, milliseconds });
      return { variant, bytes: rendition.length, milliseconds };
    } catch (thrown) {
      return { variant, failure: failureOf(thrown) };
    }
  });
  return { outcomes: await Promise.all(outcomes), placeholder };
}

async function decodeOnce({ file, picture, variants, spent }: Job, codec: Codec): Promise<Raster> {
  const scales = variants.map(({ recipe, ...size }) => neededScale(picture, size, recipe.fit));
  const size: Size = scaled(picture, Math.max(...scales));
  spent.decodes += 1;
  return await timed(spent, 'decode', () => codec.decode(file, picture, size));
}

async function render(
  variant: Variant,
  pixelsOf: (variant: Variant) => Promise<Raster>,
  { file, limits, spent }: Job,
  { codec, deadline, now }: Darkroom,
): Promise<{ rendition: Buffer; milliseconds: number }> {
  if (deadline && now() > deadline) {
    throw new Failure('DEADLINE', 'expected to start this variant before the deadline');
  }
  const started = performance.now();
  const pixels = variant.animated ? undefined : await pixelsOf(variant);
  if (!pixels) spent.decodes += 1;
  const rendition = await timed(spent, 'encode', () =>
    pixels ? codec.encode(pixels, variant) : codec.animate(file, variant, limits),
  );
  return { rendition, milliseconds: Math.round(performance.now() - started) };
}

/** The pixels of each geometry, made when first asked for and let go with the last file that needs them. */
function geometriesOf(raster: Raster, { variants, spent }: Job, codec: Codec) {
  const waiting = variants.map(geometryOf);
  const made = new Map<string, Promise<Raster>>();
  return async (variant: Variant): Promise<Raster> => {
    const geometry = geometryOf(variant);
    const pixels =
      made.get(geometry) ?? timed(spent, 'resize', () => codec.resize(raster, variant));
    waiting.splice(waiting.indexOf(geometry), 1);
    if (waiting.includes(geometry)) made.set(geometry, pixels);
    else made.delete(geometry);
    return await pixels;
  };
}

/** Variants with one geometry share their pixels, whatever preset they belong to. */
function geometryOf({ width, height, gravity, recipe, animated }: Variant): string {
  const { fit, background, sharpen } = recipe;
  return JSON.stringify([width, height, fit, gravity, background, sharpen, animated]);
}

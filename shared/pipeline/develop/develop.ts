import pLimit from 'p-limit';
import { Failure, failureOf } from '../../core/failure.ts';
import { fallbackOf, isWorthIt } from '../../core/set/fallback.ts';
import type { Content } from '../../core/picture/content.ts';
import type { Placeholder } from '../../core/picture/placeholder.ts';
import type { Outcome } from '../../core/set/compose.ts';
import { placed, type Regions } from '../../core/set/crops.ts';
import type { ManifestVariant } from '../../core/set/manifest.ts';
import { MOST_MEGABYTES } from '../../core/picture/memory.ts';
import type { Picture } from '../../core/picture/picture.ts';
import { type Affordable, affordable, variantMegabytes } from '../../core/set/memory.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import type { Spent } from '../../core/set/report.ts';
import { inStartingOrder } from '../../core/set/schedule.ts';
import { isLeftToPicture, suited } from '../../core/set/suited.ts';
import type { Variant } from '../../core/set/variants.ts';
import type { Codec, Raster } from '../../ports.ts';
import type { Darkroom } from '../darkroom.ts';
import { decodeOnce, PLACEHOLDER_SOURCE } from './decode-once.ts';
import { findRegions } from './find-regions.ts';
import { inked } from './ink.ts';
import { lanesOf } from './lanes.ts';
import { timed } from './timed.ts';

export interface Job {
  file: Buffer;
  picture: Picture;
  list: PresetList;
  variants: Variant[];
  /** All that an upload makes of the picture: it decides how large the one decode is, so that a file's bytes do not depend on which others were missing beside it. */
  whole: Variant[];
  /** What crops show that are made already, and so others that are cut alike. */
  regions: Regions;
  /** What is known of the pixels already, and so decides of later files too. */
  content: Content | undefined;
  /** Entries of the set that need no work. */
  kept: ManifestVariant[];
  spent: Spent;
  /** Called with what is to be seen of the picture, which whoever is called must not change. Undefined where nobody looks. */
  judge?: ((frames: Raster[]) => void) | undefined;
  /** Called once no decoder and no encoder is at work any more: files may still be on their way. */
  encoded?(): Promise<void>;
  /** Called with each rendition as soon as there is one. */
  write(variant: Variant, rendition: Buffer): Promise<void>;
}

interface Developed {
  outcomes: Outcome[];
  placeholder: Placeholder;
  picture: Picture;
  regions: Regions;
  content: Content | undefined;
}

/** Enough to keep the network busy behind two encoders; each holds one rendition. */
const WRITES_SIDE_BY_SIDE = 6;

/**
 * Decode once, resize once per geometry, encode each file once. One variant's failure is that variant's
 * outcome; what is thrown is the picture's own failure.
 */
export async function develop(asked: Job, darkroom: Darkroom): Promise<Developed> {
  const { codec } = darkroom;
  const { size, spareMegabytes, variants: kept, beyond } = affordable(asked);
  const raster = await decodeOnce(asked, size, codec);
  const regions = await regionsOf(raster, asked, codec);
  const content = await contentOf(raster, asked, codec);
  const shown = kept.map(one => suited(placed(one, regions), content, asked.picture));
  const variants = await inked(shown, darkroom.marks);
  const job = { ...asked, variants };
  const lanes = lanesOf(darkroom.lanes, spareMegabytes);
  const writes = pLimit(WRITES_SIDE_BY_SIDE);
  const sizes = new Map<string, Promise<number | undefined>>();
  const ofPlaceholder = smallestWhole(variants);
  const drawn = ofPlaceholder ? [...variants, ofPlaceholder] : variants;
  const pixelsOf = geometriesOf(raster, drawn, job, codec);
  const outcomes = inStartingOrder(variants, darkroom.lanes).map(async variant => {
    const megabytes = variantMegabytes(variant, job.picture);
    const rendering = lanes(megabytes, () => render(variant, pixelsOf, job, darkroom));
    sizes.set(
      variant.key,
      rendering.then(
        ({ rendition }) => rendition.length,
        () => undefined,
      ),
    );
    return await outcomeOf(variant, rendering, { job, darkroom, writes, sizes });
  });
  const forPlaceholder = lanes(0, async () =>
    codec.placeholder(ofPlaceholder ? await pixelsOf(ofPlaceholder) : raster),
  );
  const idle = Promise.allSettled([...sizes.values(), forPlaceholder]);
  const [made, placeholder] = await Promise.all([
    Promise.all(outcomes),
    forPlaceholder,
    idle.then(() => job.encoded?.()),
  ]);
  const picture: Picture = raster.salvaged ? { ...job.picture, salvaged: true } : job.picture;
  const all = [...made, ...beyond.map(beyondMemory)];
  return { outcomes: all, placeholder, picture, regions, content };
}

function beyondMemory({ variant, megabytes }: Affordable['beyond'][number]): Outcome {
  const { format, width, height } = variant;
  const message = `expected a file that takes at most ${MOST_MEGABYTES} MB to make, ${format} of ${width}x${height} takes ${megabytes} MB of this picture`;
  return { variant, failure: new Failure('VARIANT_UNRENDERABLE', message) };
}

/** The smallest variant that shows the whole picture: its pixels are made anyway, but for what is drawn over them. */
function smallestWhole(variants: Variant[]): Variant | undefined {
  const smallest = variants
    .filter(({ recipe, fromFile }) => recipe.fit === 'inside' && !recipe.colour && !fromFile)
    .filter(({ width, height }) => Math.max(width, height) >= PLACEHOLDER_SOURCE)
    .sort((a, b) => a.width - b.width)[0];
  if (!smallest?.marks) return smallest;
  const { drawn: _d, marks: _m, ...bare } = smallest;
  return bare;
}

interface Rendering {
  job: Job;
  darkroom: Darkroom;
  writes: ReturnType<typeof pLimit>;
  sizes: Map<string, Promise<number | undefined>>;
}

async function outcomeOf(
  variant: Variant,
  rendering: Promise<{ rendition: Buffer; milliseconds: number }>,
  { job, darkroom, writes, sizes }: Rendering,
): Promise<Outcome> {
  try {
    const { rendition, milliseconds } = await rendering;
    const bytes = rendition.length;
    const fallback = await fallbackBytes(variant, job, sizes);
    if (fallback && !isWorthIt(bytes, fallback, variant.recipe.encoder.keepIfSmallerBy)) {
      return { variant, skipped: 'not-smaller-than-fallback' };
    }
    await writes(() => timed(job.spent, 'write', () => job.write(variant, rendition)));
    job.spent.bytesWritten += bytes;
    darkroom.log.debug('rendered', { key: variant.key, bytes, milliseconds });
    return { variant, bytes, milliseconds, renderedAt: darkroom.now().toISOString() };
  } catch (thrown) {
    return { variant, failure: failureOf(thrown) };
  }
}

/** Of the file that a newer format must be smaller than, made now or kept; undefined where there is none. */
async function fallbackBytes(
  variant: Variant,
  { variants, kept, picture }: Job,
  sizes: Rendering['sizes'],
): Promise<number | undefined> {
  const made = fallbackOf(variant, variants, picture);
  if (made) return await sizes.get(made.key);
  const before = fallbackOf(variant, kept, picture);
  return before?.state === 'rendered' ? before.bytes : undefined;
}

/** Of the whole set: its manifest tells of them, and a later run goes by that. */
async function regionsOf(raster: Raster, job: Job, codec: Codec): Promise<Regions> {
  const { picture, variants, whole, regions, spent } = job;
  const about = { raster, picture, variants: [...whole, ...variants] };
  return await timed(spent, 'resize', () => findRegions(regions, about, codec));
}

/** Nothing is measured where nothing is left to the picture. */
async function contentOf(raster: Raster, job: Job, codec: Codec): Promise<Content | undefined> {
  const { variants, whole, content, spent } = job;
  if (content || ![...whole, ...variants].some(isLeftToPicture)) return content;
  return await timed(spent, 'resize', () => codec.measure(raster));
}

async function render(
  variant: Variant,
  pixelsOf: (variant: Variant) => Promise<Raster>,
  { file, picture, spent }: Job,
  { codec, deadline, now }: Darkroom,
): Promise<{ rendition: Buffer; milliseconds: number }> {
  if (deadline && now() > deadline) {
    throw new Failure('DEADLINE', 'expected to start this variant before the deadline');
  }
  if (variant.unmarkable) throw new Failure('VARIANT_UNRENDERABLE', variant.unmarkable);
  const started = performance.now();
  const pixels = variant.fromFile ? undefined : await pixelsOf(variant);
  if (!pixels) spent.decodes += 1;
  const rendition = await timed(spent, 'encode', () =>
    pixels ? codec.encode(pixels, variant, picture) : codec.encodeFromFile(file, variant, picture),
  );
  return { rendition, milliseconds: Math.round(performance.now() - started) };
}

/** The pixels of each geometry, made when first asked for and let go with the last file that needs them. */
function geometriesOf(raster: Raster, variants: Variant[], { spent }: Job, codec: Codec) {
  const waiting = variants.filter(({ fromFile }) => !fromFile).map(geometryOf);
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
function geometryOf({ width, height, gravity, region, recipe, marks }: Variant): string {
  const { fit, background, sharpen, colour } = recipe;
  const place = region ?? gravity;
  return JSON.stringify([width, height, fit, place, background, sharpen, colour, marks]);
}

import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { Failure } from '../../shared/core/failure.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import { type ManifestVariant, manifestSchema } from '../../shared/core/set/manifest.ts';
import { shownByFile, shownByRaster } from '../../shared/adapters/sharp/shown.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import type { Codec } from '../../shared/ports.ts';
import type { Said } from '../render/folder-store.ts';
import { openBench, sharp } from '../measure/bench.ts';
import { noRequests } from '../measure/memory-store.ts';
import { type Likeness, likenessOf } from './similarity.ts';

export interface Named {
  preset: string;
  format: string;
  width: number;
  height: number;
  /** The same bytes, where it is the same: of one photo it names all that decides them. */
  fingerprint: string;
}

export type Rendition = Named & ({ file: Buffer; likeness?: Likeness } | LeftOut);

export interface LeftOut {
  leftOut: string;
  isFailure: boolean;
}

/**
 * Whatever the list makes of a photo, what is left to views too: a review is to see it. The likeness is to the pixels that
 * the encoder was given, so that it says what the encoder did, whatever was cut off or drawn over.
 */
export async function developed(
  { key, file, said = {} }: { key: string; file: Buffer; said?: Said },
  list: PresetList,
): Promise<Rendition[]> {
  const bench = openBench([[key, file]], { told: new Map([[key, said]]) });
  const likenesses = new Map<string, Likeness>();
  const codec = comparing(sharp, likenesses);
  const report = await reconcile(key, bench.darkroom(allAtOnce(list), noRequests(), codec));
  if (report.outcome === 'ignored') return [];
  const stored = bench.derivatives.get(manifestKey(key));
  const { failure, variants } = stored
    ? manifestSchema.parse(JSON.parse(stored.toString('utf8')))
    : { failure: undefined, variants: [] };
  if (failure) throw new Failure(failure.code, failure.message);
  if (!stored) throw new Failure('UNEXPECTED', `expected a set of ${key}, ${report.reason}`);
  return variants.flatMap(variant =>
    renditionOf(variant, bench.derivatives.get(variant.key), likenesses.get(variant.key)),
  );
}

export function allAtOnce(list: PresetList): PresetList {
  return { ...list, presets: list.presets.map(one => ({ ...one, generate: 'eager' })) };
}

function comparing(codec: Codec, likenesses: Map<string, Likeness>): Codec {
  return {
    ...codec,
    encode: async (raster, variant, picture) => {
      const { background } = variant.recipe;
      const given = await shownByRaster(raster, background);
      const file = await codec.encode(raster, variant, picture);
      likenesses.set(variant.key, likenessOf(given, await shownByFile(file, background)));
      return file;
    },
  };
}

function renditionOf(
  variant: ManifestVariant,
  file: Buffer | undefined,
  likeness: Likeness | undefined,
): Rendition[] {
  const { preset, format, width, height, fingerprint } = variant;
  const named = { preset, format, width, height, fingerprint };
  if (variant.state === 'rendered' && file) {
    return [{ ...named, file, ...(likeness ? { likeness } : {}) }];
  }
  const leftOut = whyLeftOut(variant);
  return leftOut ? [{ ...named, ...leftOut }] : [];
}

/** A photo that is too small for a width says nothing about the list. */
function whyLeftOut(variant: ManifestVariant): LeftOut | undefined {
  if (variant.state === 'failed') {
    return { leftOut: `failed: ${variant.message}`, isFailure: true };
  }
  if (variant.state !== 'skipped' || variant.reason === 'larger-than-original') return undefined;
  return { leftOut: REASONS[variant.reason], isFailure: false };
}

const REASONS = {
  'beyond-format-limit': 'left out, its format has no room for it',
  'not-smaller-than-fallback': 'left out, JPEG or PNG is as small',
};

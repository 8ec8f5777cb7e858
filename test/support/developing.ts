import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { presetsFor } from '../../shared/core/list/rules.ts';
import type { Focus } from '../../shared/core/picture/focus.ts';
import type { Picture } from '../../shared/core/picture/picture.ts';
import { placed } from '../../shared/core/set/crops.ts';
import { isLeftToPicture, suited } from '../../shared/core/set/suited.ts';
import { type Variant, wantedVariants } from '../../shared/core/set/variants.ts';
import { findRegions } from '../../shared/pipeline/develop/find-regions.ts';
import type { Raster } from '../../shared/ports.ts';
import { codec } from './codec.ts';
import { listOf } from './preset-lists.ts';

/** A list of one preset. */
export const one = (preset: string, list = '') =>
  listOf(`version: 1
${list}
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, ${preset} }]`);

export const plain = one('widths: [64], formats: { jpeg: { quality: 95 } }');

export function variantsFor(picture: Picture, list: PresetList, focus?: Focus): Variant[] {
  const presets = presetsFor('a', list);
  return wantedVariants({ key: 'a', version: '0123456789', picture, list, presets, focus });
}

export async function decoded(
  file: Buffer,
  list: PresetList,
): Promise<{ picture: Picture; raster: Raster }> {
  const picture = await codec.inspect(file, list);
  const { width, height, profile } = picture;
  const keepProfile = profile === 'p3' && list.presets.some(({ colour }) => colour === 'p3');
  const raster = await codec.decode(file, {
    picture,
    size: { width, height },
    keepProfile,
    truncated: list.truncated,
  });
  return { picture, raster };
}

/** The first file that the list asks for, as the pipeline has it made. */
export async function rendered(
  file: Buffer,
  list: PresetList = plain,
  focus?: Focus,
): Promise<Buffer> {
  const { picture, raster } = await decoded(file, list);
  const wanted = variantsFor(picture, list, focus).filter(({ impossible }) => !impossible);
  const about = { raster, picture, variants: wanted };
  const regions = await findRegions(new Map(), about, codec);
  const content = wanted.some(isLeftToPicture) ? await codec.measure(raster) : undefined;
  const [variant] = wanted.map(one => suited(placed(one, regions), content, picture));
  if (!variant) throw new Error('no variant');
  if (variant.fromFile) return await codec.encodeFromFile(file, variant, picture);
  return await codec.encode(await codec.resize(raster, variant), variant, picture);
}

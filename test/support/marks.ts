import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { sha256Of } from '../../shared/core/list/fingerprint.ts';
import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import type { Texts } from '../../shared/core/watermark/mark-text.ts';
import { presetsFor } from '../../shared/core/list/rules.ts';
import { wantedVariants } from '../../shared/core/set/variants.ts';
import { withMarks } from '../../shared/pipeline/marks/accept-marks.ts';
import { emptyMarkCache, marksFrom } from '../../shared/pipeline/marks/stored-marks.ts';
import { inked } from '../../shared/pipeline/develop/ink.ts';
import { codec } from './codec.ts';
import { decoded } from './developing.ts';
import { listOf } from './preset-lists.ts';

/** Fonts of three npm packages, each OFL-1.1: Ma Shan Zheng, Noto Sans Arabic, Noto Emoji (of one colour). */
const inPackage = (name: string, file: string) =>
  readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/${name}/${file}`));
export const chinese = () => inPackage('ma-shan-zheng', '400Regular/MaShanZheng_400Regular.ttf');
export const arabic = () =>
  inPackage('noto-sans-arabic', '400Regular/NotoSansArabic_400Regular.ttf');
export const emoji = () => inPackage('noto-emoji', '400Regular/NotoEmoji_400Regular.ttf');
export const boldEmoji = () => inPackage('noto-emoji', '700Bold/NotoEmoji_700Bold.ttf');

/** Of one colour, twice as wide as high. */
export async function logo(background = '#00ff00', width = 100): Promise<Buffer> {
  return await sharp({ create: { width, height: width / 2, channels: 4, background } })
    .png()
    .toBuffer();
}

export type Files = Record<string, Buffer>;

/** A list as it is accepted with these files, and the files as instances get them. */
export async function accepted(yaml: string, files: Files) {
  const marked = await withMarks(listOf(yaml), async ({ path }) => {
    const bytes = files[path] as Buffer;
    return { sha256: sha256Of(bytes), bytes: bytes.length };
  });
  if (!('list' in marked)) throw new Error(JSON.stringify(marked.problems));
  const byHash = new Map(Object.values(files).map(bytes => [sha256Of(bytes), bytes]));
  const read = async (sha256: string) => byHash.get(sha256) as Buffer;
  return { list: marked.list, marks: marksFrom(read, emptyMarkCache(), glyphsOf) };
}

/** Every file of an original that the list wants, drawn as the pipeline has it drawn. */
export async function drawn(original: Buffer, yaml: string, files: Files, texts: Texts = {}) {
  const { list, marks } = await accepted(yaml, files);
  const { picture, raster } = await decoded(original, list);
  const presets = presetsFor('a', list);
  const wanted = wantedVariants({ key: 'a', version: '0123456789', picture, list, presets, texts });
  const variants = await inked(
    wanted.filter(({ impossible }) => !impossible),
    marks,
  );
  return await Promise.all(
    variants.map(async variant => ({
      variant,
      file: variant.fromFile
        ? await codec.encodeFromFile(original, variant, picture)
        : await codec.encode(await codec.resize(raster, variant), variant, picture),
    })),
  );
}

/** One preset, whose watermark is this. */
export const listWith = (mark: string, preset = 'widths: [400], formats: { png: {} }') => `
version: 1
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, ${preset}, watermark: [${mark}] }]`;

import sharp from 'sharp';
import { decodeHeic } from '../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../shared/adapters/sharp/codec.ts';
import {
  presetListShape,
  type OutputFormat,
  type Preset,
} from '../shared/core/list/preset-list.ts';
import type { Content } from '../shared/core/picture/content.ts';
import type { Picture } from '../shared/core/picture/picture.ts';
import { suited } from '../shared/core/set/suited.ts';
import { type Variant, wantedVariants } from '../shared/core/set/variants.ts';
import type { Raster } from '../shared/ports.ts';
import type { Sample } from './corpus.ts';
import type { Judge, Shown } from './judge.ts';

const codec = sharpCodec({ heic: decodeHeic });

/** A phone's column, and a phone's screen. */
export const WIDTHS = [480, 1080];
/** Of each file this much is judged, from its middle: artefacts are alike all over, and judging takes ten times as long as encoding. */
const JUDGED = 256;

export type Formats = Preset['formats'];

/** One file: what it took, and how near it comes to the pixels it was made from. */
export interface Made {
  sample: Sample;
  width: number;
  format: OutputFormat;
  bytes: number;
  score: number;
  cpuMs: number;
}

/** A picture that is decoded, measured and resized once, for many settings. */
export interface Opened {
  make(formats: Formats): AsyncGenerator<Made & { file: Buffer; pixels: Raster }>;
}

export async function open(sample: Sample, judge: Judge): Promise<Opened> {
  const list = listOf({ jpeg: {} } as Formats);
  const picture = await codec.inspect(sample.file, list);
  const scale = Math.min(1, Math.max(...WIDTHS) / picture.width);
  const sideOf = (side: number) => Math.max(1, Math.round(side * scale));
  const size = { width: sideOf(picture.width), height: sideOf(picture.height) };
  const options = { picture, size, keepProfile: false, truncated: list.truncated };
  const raster = await codec.decode(sample.file, options);
  const content = await codec.measure(raster);
  const judgeOnce = remembering(judge);
  const resized = new Map<number, Promise<Raster>>();
  const pixelsOf = (variant: Variant) => {
    const pixels = resized.get(variant.width) ?? codec.resize(raster, variant);
    resized.set(variant.width, pixels);
    return pixels;
  };
  return {
    async *make(formats) {
      for (const variant of variantsOf(picture, formats, content)) {
        const pixels = await pixelsOf(variant);
        yield { sample, pixels, ...(await made(variant, pixels, picture, judgeOnce)) };
      }
    },
  };
}

function listOf(formats: Formats) {
  const presets = [{ name: 'p', widths: WIDTHS, formats }];
  return presetListShape.parse({ version: 1, rules: [{ match: '**', presets: ['p'] }], presets });
}

function variantsOf(picture: Picture, formats: Formats, content: Content): Variant[] {
  const list = listOf(formats);
  return wantedVariants({ key: 'a', version: '', picture, list, presets: list.presets })
    .filter(({ impossible, fromFile }) => !impossible && !fromFile)
    .map(variant => suited(variant, content, picture));
}

/** Most files are the same by two lists. */
function remembering(judge: Judge): (file: Buffer, pixels: Raster) => Promise<number> {
  const known = new Map<string, number>();
  return async (file, pixels) => {
    const name = `${pixels.width} ${file.toString('base64')}`;
    const score =
      known.get(name) ?? judge(await middleOf(pixels), await middleOf(await shownBy(file, pixels)));
    known.set(name, score);
    return score;
  };
}

async function made(
  variant: Variant,
  pixels: Raster,
  picture: Picture,
  judge: ReturnType<typeof remembering>,
) {
  const before = process.cpuUsage();
  const file = await codec.encode(pixels, variant, picture);
  const { user, system } = process.cpuUsage(before);
  const score = await judge(file, pixels);
  const { width, format } = variant;
  return { width, format, bytes: file.length, score, cpuMs: (user + system) / 1000, file };
}

async function shownBy(file: Buffer, { width, height }: Raster): Promise<Raster> {
  const data = await sharp(file)
    .toColourspace('srgb')
    .flatten({ background: '#ffffff' })
    .raw()
    .toBuffer();
  return { data, width, height, channels: 3 };
}

async function middleOf({ data, width, height, channels }: Raster): Promise<Shown> {
  const part = { width: Math.min(width, JUDGED), height: Math.min(height, JUDGED) };
  const pixels = sharp(data, { raw: { width, height, channels } })
    .flatten({ background: '#ffffff' })
    .extract({
      ...part,
      left: Math.floor((width - part.width) / 2),
      top: Math.floor((height - part.height) / 2),
    });
  return { ...part, data: await pixels.toColourspace('srgb').raw().toBuffer() };
}

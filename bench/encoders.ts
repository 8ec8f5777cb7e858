import { decodeHeic } from '../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../shared/adapters/sharp/codec.ts';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';
import { presetsOfRule } from '../shared/core/list/rules.ts';
import type { Picture } from '../shared/core/picture/picture.ts';
import { encodingSeconds } from '../shared/core/set/seconds.ts';
import { type Variant, wantedVariants } from '../shared/core/set/variants.ts';
import type { Raster } from '../shared/ports.ts';

const codec = sharpCodec({ heic: decodeHeic });

/** Encoders that take seconds of a megapixel are given less of one. */
const SIDE = 600;
const SMALL_SIDE = 150;
const ROUNDS = 3;
/** The reference goes into every figure. */
const PLAIN = { side: 1000, rounds: 10 };
/** What is measured twice differs by so much. */
const BEYOND = 1.1;

/** Of the samples' range that the noise has, and of how many pixels across a cell of it is. */
const NOISES = [
  { range: 0.4, cell: 1 },
  { range: 0.7, cell: 1 },
  { range: 1, cell: 1 },
  { range: 1, cell: 2 },
];

interface Case {
  settings: string;
  alpha?: boolean;
  isSlow?: boolean;
}

const REFERENCE = 'jpeg: { quality: 80, mozjpeg: false }';
const SHIPPED = { jpeg: 77, webp: 74, avif: 50 };
const efforts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

const CASES: Case[] = [
  ...[SHIPPED.jpeg, 90, 100].flatMap(quality => [
    { settings: `jpeg: { quality: ${quality} }` },
    { settings: `jpeg: { quality: ${quality}, chroma: '4:4:4' }` },
    { settings: `jpeg: { quality: ${quality}, progressive: true }` },
    { settings: `jpeg: { quality: ${quality}, progressive: true, chroma: '4:4:4' }` },
    { settings: `jpeg: { quality: ${quality}, mozjpeg: true }` },
    { settings: `jpeg: { quality: ${quality}, mozjpeg: true, chroma: '4:4:4' }` },
  ]),
  { settings: 'png: {}' },
  { settings: 'png: {}', alpha: true },
  ...[SHIPPED.webp, 100].flatMap(quality => [
    ...efforts(0, 6).map(effort => ({
      settings: `webp: { quality: ${quality}, effort: ${effort} }`,
    })),
    ...efforts(0, 6).map(effort => ({
      settings: `webp: { quality: ${quality}, effort: ${effort} }`,
      alpha: true,
      isSlow: effort === 6,
    })),
  ]),
  ...[SHIPPED.avif, 70, 95].flatMap(quality =>
    efforts(0, 3).flatMap(effort => [
      { settings: `avif: { quality: ${quality}, effort: ${effort} }` },
      { settings: `avif: { quality: ${quality}, effort: ${effort}, chroma: '4:4:4' }` },
      { settings: `avif: { quality: ${quality}, effort: ${effort} }`, alpha: true },
    ]),
  ),
  ...efforts(4, 5).map(effort => ({
    settings: `avif: { quality: ${SHIPPED.avif}, effort: ${effort} }`,
    isSlow: true,
  })),
];

/** A table of what encoders take, as multiples of a plain JPEG: core/set/seconds.ts, and noise of four kinds. */
export async function encoders(only = ''): Promise<boolean> {
  const head = NOISES.map(({ range, cell }) => `${range * 100} %${cell > 1 ? ' in cells' : ''}`);
  console.log(`| encoder | ${head.join(' | ')} | in the table | ratio |`);
  console.log(`|${' --- |'.repeat(head.length + 3)}`);
  let isWithin = true;
  for (const one of CASES.filter(({ settings }) => settings.includes(only))) {
    const { cells, ratio } = await row(one);
    console.log(
      `| ${one.settings}${one.alpha ? ', alpha' : ''} | ${cells.join(' | ')} | ${ratio.toFixed(2)} |`,
    );
    isWithin &&= ratio * BEYOND >= 1;
  }
  console.log(`A plain JPEG took ${(await plainSeconds()).toFixed(4)} s a megapixel.`);
  return isWithin;
}

async function row({ settings, alpha = false, isSlow }: Case) {
  const side = isSlow ? SMALL_SIDE : SIDE;
  const picture: Picture = { format: 'png', width: side, height: side, alpha, frames: 1 };
  const variant = variantOf(settings, picture);
  const plain = await plainSeconds();
  const measured: number[] = [];
  for (const noise of NOISES) {
    const raster = drawn(side, alpha ? 4 : 3, noise);
    measured.push((await secondsOf(raster, variant, picture)) / plain);
  }
  const reference = variantOf(REFERENCE, picture);
  const priced = encodingSeconds(variant, picture) / encodingSeconds(reference, picture);
  return {
    cells: [...measured, priced].map(times => times.toFixed(times < 100 ? 1 : 0)),
    ratio: priced / Math.max(...measured),
  };
}

/** Anew for each row: machines slow down. */
async function plainSeconds(): Promise<number> {
  const { side, rounds } = PLAIN;
  const picture: Picture = { format: 'png', width: side, height: side, alpha: false, frames: 1 };
  const variant = variantOf(REFERENCE, picture);
  return await secondsOf(PLAIN_RASTER, variant, picture, rounds);
}

function variantOf(settings: string, picture: Picture): Variant {
  const yaml = `version: 1
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, widths: [16000], formats: { ${settings} } }]
`;
  const { list } = presetsOrThrow(yaml, 'encoders.yaml');
  const presets = presetsOfRule(0, list);
  const [variant] = wantedVariants({ key: 'noise', version: '', picture, list, presets });
  if (!variant) throw new Error(`expected one file of ${settings}, received none`);
  return variant;
}

/** CPU seconds for a megapixel: the least of some rounds. */
async function secondsOf(
  raster: Raster,
  variant: Variant,
  picture: Picture,
  rounds = ROUNDS,
): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    await codec.encode(raster, variant, picture);
    const { user, system } = process.cpuUsage(before);
    taken.push((user + system) / 1e6);
  }
  return Math.min(...taken) / ((raster.width * raster.height) / 1e6);
}

function drawn(side: number, channels: 3 | 4, { range, cell }: (typeof NOISES)[number]): Raster {
  const data = Buffer.alloc(side * side * channels);
  for (let at = 0; at < data.length; at += 1) {
    const pixel = Math.floor(at / channels);
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    const first = ((y - (y % cell)) * side + x - (x % cell)) * channels + (at % channels);
    data[at] = first < at ? (data[first] ?? 0) : 255 * (0.5 + (Math.random() - 0.5) * range);
  }
  return { data, width: side, height: side, channels };
}

const PLAIN_RASTER = drawn(PLAIN.side, 3, { range: 1, cell: 1 });

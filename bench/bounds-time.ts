import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';
import type { Picture } from '../shared/core/picture/picture.ts';
import { decodingSeconds } from '../shared/core/set/seconds.ts';
import { takenOf } from '../shared/core/work/slowest.ts';
import { openHost } from './bounds-host.ts';

/** What is estimated beside what it takes: a list, and a picture that is noise throughout. */
interface Case {
  name: string;
  list: string;
  picture: Picture;
}

/** Noise is no smaller for being a PNG. */
const MEGABYTES = 'megabytes: 250';
const SHIPPED = readFileSync(new URL('../presets.yaml', import.meta.url), 'utf8');

const listOf = (presets: string[]) => `version: 1
limits: { ${MEGABYTES} }
rules: [{ match: '**', presets: [${presets.map((_, at) => `p${at}`).join(', ')}] }]
presets:
${presets.map((preset, at) => `  - { name: p${at}, ${preset} }`).join('\n')}
`;

const own = (count: number, formats: string) =>
  listOf(Array.from({ length: count }, () => `widths: [16000], formats: { ${formats} }`));
const feed = (formats: string, more = '') =>
  listOf([`widths: [240, 480, 1080], ${more} formats: { ${formats} }`]);
const of = (format: Picture['format'], width: number, height: number, frames = 1): Picture => ({
  format,
  width,
  height,
  alpha: format !== 'jpeg',
  frames,
});

const CASES: Case[] = [
  {
    name: 'phone’s photo, feed in jpeg, webp, avif',
    list: feed('jpeg: {}, webp: {}, avif: {}'),
    picture: of('jpeg', 4000, 3000),
  },
  {
    name: 'the same with alpha',
    list: feed('jpeg: {}, webp: {}, avif: {}'),
    picture: of('png', 4000, 3000),
  },
  {
    name: 'six own sizes in avif effort 0',
    list: own(6, 'avif: { effort: 0 }'),
    picture: of('jpeg', 4000, 3000),
  },
  {
    name: 'six own sizes in avif effort 1, alpha',
    list: own(6, 'avif: {}'),
    picture: of('png', 3000, 2000),
  },
  {
    name: 'six own sizes in webp, alpha',
    list: own(6, 'webp: {}'),
    picture: of('png', 4000, 3000),
  },
  {
    name: 'twelve own sizes in jpeg',
    list: own(12, 'jpeg: {}'),
    picture: of('jpeg', 8000, 6000),
  },
  {
    name: 'tall, feed in avif effort 3',
    list: feed('avif: { effort: 3 }'),
    picture: of('jpeg', 1080, 6000),
  },
  {
    name: '40 frames, feed in animated webp',
    list: feed('webp: { animated: true }'),
    picture: of('webp', 500, 500, 40),
  },
  {
    name: 'presets.yaml, as tall as files can be',
    list: SHIPPED.replace(/megabytes: \d+/, MEGABYTES),
    picture: of('png', 1506, 16_383),
  },
];

/** A table of CPU seconds: what core/set/seconds.ts says, and what the function host took. */
export async function boundsOfTime(only = ''): Promise<void> {
  console.log('| list and picture | MP | estimated CPU s | CPU s | ratio | estimated s | wall s |');
  console.log('|---|---|---|---|---|---|---|');
  for (const one of CASES.filter(({ name }) => name.includes(only))) {
    console.log(`| ${(await row(one)).join(' | ')} |`);
  }
  const [load = 0] = loadavg();
  console.log(`Load ${load.toFixed(1)}: wall times of a busy machine say little.`);
}

async function row({ name, list, picture }: Case): Promise<string[]> {
  const data = await mkdtemp(join(tmpdir(), 'darkroom-bounds-'));
  const path = join(data, 'presets.yaml');
  await writeFile(path, list);
  const read = presetsOrThrow(list, path).list;
  const [estimated] = takenOf(picture, read.rules.length - 1, read);
  const files = estimated?.presets.reduce((sum, { seconds }) => sum + seconds, 0) ?? 0;
  const cpu = decodingSeconds(picture) + files;
  const host = await openHost(data, path);
  try {
    const ended = await host.develop('noise', await drawn(picture));
    const megapixels = (picture.width * picture.height * picture.frames) / 1e6;
    const outcome = ended.outcome === 'developed' && ended.left === 0 ? '' : ` (${ended.outcome})`;
    return [
      `${name}${outcome}`,
      megapixels.toFixed(0),
      cpu.toFixed(1),
      ended.cpu.toFixed(1),
      (cpu / ended.cpu).toFixed(2),
      (estimated?.seconds ?? 0).toFixed(1),
      ended.wall.toFixed(1),
    ];
  } finally {
    await host.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** Noise of all there is, which nearly all encoders take longest for (encoders.ts). */
async function drawn({ format, width, height, frames }: Picture): Promise<Buffer> {
  const channels = format === 'jpeg' ? 3 : 4;
  const pixels = Buffer.alloc(width * channels * height * frames);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = Math.random() * 256;
  const raw = { width, height: height * frames, channels, pageHeight: height } as const;
  return await encoded(sharp(pixels, { raw, limitInputPixels: false }), format, frames);
}

async function encoded(pixels: Sharp, format: Picture['format'], frames: number): Promise<Buffer> {
  if (format === 'jpeg') return await pixels.jpeg({ quality: 80 }).toBuffer();
  if (format === 'png') return await pixels.png({ compressionLevel: 1 }).toBuffer();
  const delay = Array.from({ length: frames }, () => 80);
  return await pixels.webp({ effort: 0, delay }).toBuffer();
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp, { type Exif, type Sharp } from 'sharp';
import type { GainScale } from '../../shared/core/picture/gain-map.ts';
import { gainMapFile, ultraHdrOf } from '../../shared/core/picture/gain-map-writer.ts';

/** Photographs by real cameras that come with npm packages, and pictures drawn by sharp. */

const packages = createRequire(import.meta.url);
const inPackage = (name: string, path: string) =>
  join(dirname(packages.resolve(`${name}/package.json`)), path);

/** 6000x4000, 24 MP, 6.6 MB. */
export const parisPhoto = inPackage('exif', 'test/sony-alpha-6000.jpg');
/** 4208x3120, 13 MP, with EXIF of a phone. */
export const phonePhoto = inPackage('exif', 'test/short-ascii-II.jpg');
/** 1278x720. */
export const starfishPhoto = inPackage('exif-parser', 'test/starfish.jpg');
/** Small ones: turned, mirrored, and with EXIF that is wrong. */
export const smallPhotos = [
  inPackage('exif', 'test/right.jpg'),
  inPackage('exif', 'test/down-mirrored.jpg'),
  inPackage('exif', 'test/evil1.jpg'),
];

/** Four quarters, so that a turned or mirrored picture shows: red, green over blue, white. Even sides. */
export function quarters(width: number, height: number): Sharp {
  return inQuarters(width, height, ['#ff0000', '#00ff00', '#0000ff', '#ffffff']);
}

function inQuarters(width: number, height: number, colours: string[]): Sharp {
  const half = { width: width / 2, height: height / 2, channels: 3 as const };
  const [background = '#000000', ...others] = colours;
  return sharp({ create: { width, height, channels: 3, background } }).composite(
    others.map((colour, at) => ({
      input: { create: { ...half, background: colour } },
      left: at === 1 ? 0 : half.width,
      top: at === 0 ? 0 : half.height,
    })),
  );
}

/** What a camera stores: the picture turned the other way from how its note says to turn it back. */
export const STORED: Record<number, (image: Sharp) => Sharp> = {
  1: image => image,
  2: image => image.flop(),
  3: image => image.rotate(180),
  4: image => image.flip(),
  5: image => image.rotate(270).flop(),
  6: image => image.rotate(270),
  7: image => image.rotate(90).flop(),
  8: image => image.rotate(90),
};

/** Of the gain map below: 1, 2 and 4 times as bright, and half of that. */
const GAINS = ['#000000', '#808080', '#ffffff', '#404040'];

/**
 * Ultra HDR whose quarters become brighter, each in its own way, put together here: sharp's own writer makes one
 * gain of all of it.
 */
export async function ultraHdr(exif: Exif = {}, orientation = 1): Promise<Buffer> {
  const stored = async (image: Sharp) =>
    sharp(
      await (STORED[orientation] ?? STORED[1]!)(sharp(await image.png().toBuffer())).toBuffer(),
    );
  const gains = await stored(inQuarters(64, 48, GAINS).toColourspace('b-w'));
  const scale = {
    min: [0, 0, 0],
    max: [2, 2, 2],
    gamma: [1, 1, 1],
    offsetSdr: [0, 0, 0],
    offsetHdr: [0, 0, 0],
    capacity: [0, 2],
  } satisfies GainScale;
  const map = gainMapFile(await gains.jpeg({ quality: 100 }).toBuffer(), scale);
  const base = await stored(inQuarters(128, 96, ['#c83c28', '#3ca050', '#3250be', '#707070']));
  const primary = await base
    .withMetadata({ orientation })
    .withExif(exif)
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return ultraHdrOf(primary, map);
}

/** Linear light in the middle of each quarter, as libultrahdr reads picture and gain map. */
export async function lightOf(file: Buffer): Promise<number[][]> {
  const drawn = sharp(file) as Sharp & { withGainMap(): Sharp };
  const { data, info } = await drawn
    .withGainMap()
    .toColourspace('scrgb')
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const light = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  return [0.25, 0.75].flatMap(y =>
    [0.25, 0.75].map(x => {
      const row = Math.floor(info.height * y);
      const at = (row * info.width + Math.floor(info.width * x)) * info.channels;
      return [...light.subarray(at, at + 3)];
    }),
  );
}

/** A chat as it is captured on a phone: letters in red and blue on bubbles of one colour, a pixel wide. */
export async function chat(width: number, height: number): Promise<Buffer> {
  const pixels = Buffer.alloc(3 * width * height, 0xff);
  for (let at = 0; at < width * height; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const [line, column] = [Math.floor(y / 16), Math.floor(x / 9)];
    const isBubble = line % 4 < 3 && (line % 8 < 4 ? x < 0.7 * width : x > 0.3 * width);
    if (!isBubble) continue;
    const letter = Math.imul(line * 131 + column * 17 + 7, 2_654_435_761) >>> 0;
    const stroke = y % 16 < 10 && x % 9 < 7 && ((letter >> ((x % 9) + 3 * (y % 5))) & 1) === 1;
    const ink = line % 8 < 4 ? [210, 10, 40] : [20, 30, 220];
    const paper = line % 8 < 4 ? [250, 240, 120] : [150, 236, 105];
    pixels.set(stroke ? ink : paper, 3 * at);
  }
  return await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp, { type Exif, type Sharp } from 'sharp';

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
  const half = { width: width / 2, height: height / 2, channels: 3 as const };
  const quarter = (background: string, left: number, top: number) => ({
    input: { create: { ...half, background } },
    left,
    top,
  });
  return sharp({ create: { width, height, channels: 3, background: '#ff0000' } }).composite([
    quarter('#00ff00', half.width, 0),
    quarter('#0000ff', 0, half.height),
    quarter('#ffffff', half.width, half.height),
  ]);
}

/** Light up to four times as bright as white, from which sharp makes base and gain map. */
export function ultraHdr(exif: Exif = {}): Promise<Buffer> {
  const light = new Float32Array(128 * 96 * 3);
  for (const index of light.keys()) light[index] = ((Math.floor(index / 3) % 128) / 128) * 4;
  const raw = { width: 128, height: 96, channels: 3 as const, depth: 'float' as const };
  const drawn = sharp(light, { raw }) as Sharp & { withGainMap(): Sharp };
  return drawn.withGainMap().withExif(exif).jpeg({ quality: 95 }).toBuffer();
}

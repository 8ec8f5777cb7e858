import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

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

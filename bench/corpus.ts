import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import sharp from 'sharp';
import { type Drawing, drawings } from './drawn.ts';

/** Pictures of several kinds: real photos, parts of the large ones, and drawings. */
export interface Sample {
  name: string;
  kind: 'photo' | Drawing['kind'];
  file: Buffer;
}

const packages = createRequire(import.meta.url);
const inPackage = (name: string, path: string) =>
  join(dirname(packages.resolve(`${name}/package.json`)), path);
const SHIPPED = [
  inPackage('exif', 'test/sony-alpha-6000.jpg'),
  inPackage('exif', 'test/short-ascii-II.jpg'),
  inPackage('exif-parser', 'test/starfish.jpg'),
];
const FOLDER = resolve(import.meta.dirname, '../../shared/photos');

/** Of photos whose name ends in a number there are several of one scene, each turned another way. */
const AGAIN = /_[2-9]\.jpg$/;
const LEAST_WIDTH = 480;
/** From here on a photo is two: its left half shows something else than its right. */
const LARGE = 3000;

export async function corpus(): Promise<Sample[]> {
  const folder = join(FOLDER, 'photo');
  const names = (await readdir(folder).catch(() => [])).filter(name => !AGAIN.test(name)).sort();
  const photos: Sample[] = [];
  for (const path of [...SHIPPED, ...names.map(name => join(folder, name))]) {
    photos.push(...(await partsOf(path)));
  }
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  const drawn = await Promise.all(
    drawings().map(async ({ svg, ...about }) => ({
      ...about,
      file: await sharp(Buffer.from(svg)).removeAlpha().png({ compressionLevel: 2 }).toBuffer(),
    })),
  );
  return [...photos, ...drawn];
}

async function partsOf(path: string): Promise<Sample[]> {
  const name = path.split('/').at(-1) ?? path;
  const file = await readFile(path);
  const { width = 0, height = 0 } = await sharp(file)
    .metadata()
    .catch(() => ({ width: 0, height: 0 }));
  if (width < LEAST_WIDTH || height < 300) return [];
  const whole = { name, kind: 'photo' as const, file };
  if (width < LARGE || !/\.(jpe?g|webp)$/i.test(name)) return [whole];
  const half = Math.floor(width / 2);
  return await Promise.all(
    ['left', 'right'].map(async (side, at) => ({
      ...whole,
      name: `${name} (${side})`,
      file: await sharp(file)
        .extract({ left: at * half, top: 0, width: half, height })
        .keepMetadata()
        .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
        .toBuffer(),
    })),
  );
}

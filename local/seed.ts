import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import OSS from 'ali-oss';
import { buckets, type Platform } from './platform.ts';

/** Real photographs that come with two npm packages about EXIF (their own tests use them). */
const PHOTOS = [
  { from: 'exif/test/sony-alpha-6000.jpg', key: 'photos/paris-at-dusk.jpg' },
  { from: 'exif/test/short-ascii-II.jpg', key: 'photos/out of focus.jpg' },
  { from: 'exif/test/short-ascii-MM.jpg', key: 'photos/frangipani.jpg' },
  { from: 'exif-parser/test/starfish.jpg', key: 'photos/海星.jpg' },
  { from: 'exif/test/test2.jpg', key: 'avatars/42.jpg' },
];

/** Uploads those that are not there yet, as any client would. Answers the keys of all of them. */
export async function seed(platform: Platform): Promise<{ key: string; isNew: boolean }[]> {
  const { endpoint, region, accessKeyId, accessKeySecret } = platform.oss;
  const options = { endpoint, region, accessKeyId, accessKeySecret, bucket: buckets.originals };
  // `sldEnable` (path style) is real and missing from @types/ali-oss 6.23.
  const client = new OSS({ ...options, sldEnable: true } as OSS.Options);
  const there = platform.store.find(buckets.originals)?.objects;
  const seeded: { key: string; isNew: boolean }[] = [];
  for (const { from, key } of PHOTOS) {
    const isNew = there?.get(key) === undefined;
    if (isNew) {
      const file = fileOf(from);
      const contentLength = (await stat(file)).size;
      await client.putStream(key, createReadStream(file), {
        contentLength,
      } as OSS.PutStreamOptions);
    }
    seeded.push({ key, isNew });
  }
  return seeded;
}

function fileOf(from: string): string {
  const [name = '', ...path] = from.split('/');
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return join(dirname(manifest), ...path);
}

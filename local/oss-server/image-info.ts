import { buffer } from 'node:stream/consumers';
import type { BucketStorage, StoredObject } from './storage.ts';

/** As OSS calls them. */
const FORMATS: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  png: 'png',
  gif: 'gif',
  webp: 'webp',
  tiff: 'tiff',
  heif: 'heic',
};
/** Larger ones OSS does not look into. */
const MOST_BYTES = 20 * 1024 * 1024;

/** `${imageInfo.…}` of a callback; nothing of what is no picture. */
export async function imageInfo(bucket: BucketStorage, { blob, size }: StoredObject) {
  if (size === 0 || size > MOST_BYTES) return {};
  const bytes = await buffer(bucket.read(blob));
  // Loaded where it is needed: it takes its time.
  const { default: sharp } = await import('sharp');
  const found = await sharp(bytes)
    .metadata()
    .catch(() => undefined);
  const format = FORMATS[found?.format ?? ''];
  if (!found || format === undefined) return {};
  return {
    'imageInfo.width': found.width,
    'imageInfo.height': found.height,
    'imageInfo.format': format,
  };
}

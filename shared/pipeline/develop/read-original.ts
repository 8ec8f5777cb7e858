import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Failure } from '../../core/failure.ts';
import { refuseByName } from '../../core/picture/source-format.ts';
import type { Spent } from '../../core/set/report.ts';
import type { SeenOriginal } from '../../core/set/seen.ts';
import type { Darkroom } from '../darkroom.ts';
import { timed } from './timed.ts';

export interface ReadOriginal {
  /** The picture. */
  file: Buffer;
  /** The same, but where it comes packed. */
  stored: Buffer;
}

/** Throws ORIGINAL_* where nothing can be made of it, ORIGINAL_CHANGED where another object has its place. */
export async function readOriginal(
  { key, original, list }: SeenOriginal,
  spent: Spent,
  { originals }: Pick<Darkroom, 'originals'>,
): Promise<ReadOriginal> {
  if (original.bytes === 0) {
    throw new Failure('ORIGINAL_EMPTY', 'expected a picture, received an empty object');
  }
  const most = list.limits.megabytes * 1e6;
  if (original.bytes > most) {
    const message = `expected at most ${list.limits.megabytes} MB (limits.megabytes), received ${original.bytes} bytes`;
    throw new Failure('ORIGINAL_TOO_LARGE', message);
  }
  const file = await timed(spent, 'read', () => originals.getExactly(original, refuseByName));
  // If the original is gone or was replaced since we looked, a run starts its next turn by this failure.
  if (file === undefined || file === 'changed') {
    throw new Failure(
      'ORIGINAL_CHANGED',
      `expected ${key} to stay as it is, it was replaced meanwhile`,
    );
  }
  spent.bytesRead += file.length;
  return { file: isGzip(file) ? await unpacked(file, most) : file, stored: file };
}

/** If an uploader sent Content-Encoding: gzip, the stored bytes are packed. No picture begins with these two. (RFC 1952) */
function isGzip(file: Buffer): boolean {
  return file.length > 2 && file[0] === 0x1f && file[1] === 0x8b;
}

async function unpacked(file: Buffer, most: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(file, { maxOutputLength: most });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const message = `expected at most ${most / 1e6} MB (limits.megabytes), received more, packed with gzip`;
      throw new Failure('ORIGINAL_TOO_LARGE', message, { cause });
    }
    const message = 'expected a picture, received gzip that cannot be unpacked';
    throw new Failure('ORIGINAL_UNDECODABLE', message, { cause });
  }
}

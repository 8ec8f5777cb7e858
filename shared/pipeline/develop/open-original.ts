import { Failure } from '../../core/failure.ts';
import type { Picture } from '../../core/picture/picture.ts';
import type { Spent } from '../../core/set/report.ts';
import type { SeenOriginal } from '../../core/set/seen.ts';
import type { Darkroom } from '../darkroom.ts';
import { timed } from './timed.ts';

/** Reads the original and its header. Throws ORIGINAL_* where nothing can be made of it, ORIGINAL_CHANGED where it moved. */
export async function openOriginal(
  seen: SeenOriginal,
  spent: Spent,
  darkroom: Pick<Darkroom, 'originals' | 'codec'>,
): Promise<{ file: Buffer; picture: Picture }> {
  const file = await readOriginal(seen, spent, darkroom);
  const picture = await darkroom.codec.inspect(file, seen.list);
  return { file, picture };
}

async function readOriginal(
  { key, original, list }: SeenOriginal,
  spent: Spent,
  { originals }: Pick<Darkroom, 'originals'>,
): Promise<Buffer> {
  if (original.bytes === 0) {
    throw new Failure('ORIGINAL_EMPTY', 'expected a picture, received an empty object');
  }
  const most = list.limits.megabytes * 1e6;
  if (original.bytes > most) {
    const message = `expected at most ${list.limits.megabytes} MB (limits.megabytes), received ${original.bytes} bytes`;
    throw new Failure('ORIGINAL_TOO_LARGE', message);
  }
  const file = await timed(spent, 'read', () => originals.getExactly(original));
  // Gone or replaced since we looked: what commit finds, at the latest, starts the next turn.
  if (file === undefined || file === 'changed') {
    throw new Failure(
      'ORIGINAL_CHANGED',
      `expected ${key} to stay as it is, it was replaced meanwhile`,
    );
  }
  spent.bytesRead += file.length;
  return file;
}

import { once } from '../../core/once.ts';
import { Failure } from '../../core/failure.ts';
import { sha256Of } from '../../core/list/fingerprint.ts';
import { acceptedKey, MOST_TOGETHER } from '../../core/watermark/accepted.ts';
import type { Covers, Glyphs } from '../../core/watermark/runs.ts';
import type { Marks, ObjectStore } from '../../ports.ts';

/** What an instance keeps between events. */
export interface MarkCache {
  files: Map<string, Promise<Buffer>>;
  covers: Map<string, Promise<Covers>>;
}

export function emptyMarkCache(): MarkCache {
  return { files: new Map(), covers: new Map() };
}

/** Of the lists that were accepted: whatever is written to their paths later, a hash stays what it is. */
export function storedMarks(
  config: Pick<ObjectStore, 'get'>,
  cache: MarkCache,
  glyphs: Glyphs,
): Marks {
  return marksFrom(sha256 => acceptedFile(sha256, config), cache, glyphs);
}

/** Whoever asks while the first is on its way waits for that one. What fails is asked for again. */
export function marksFrom(
  read: (sha256: string) => Promise<Buffer>,
  { files, covers }: MarkCache,
  glyphs: Glyphs,
): Marks {
  const bytesOf = async (sha256: string) => {
    const bytes = await once(files, sha256, () => read(sha256));
    await keepWithin(files, covers);
    return bytes;
  };
  const glyphsOf = (sha256: string) =>
    once(covers, sha256, async () => await glyphs(await bytesOf(sha256)));
  return { bytesOf, glyphsOf };
}

async function keepWithin(files: MarkCache['files'], covers: MarkCache['covers']): Promise<void> {
  const settled = await Promise.allSettled(files.values());
  let bytes = settled.reduce((sum, one) => sum + ('value' in one ? one.value.length : 0), 0);
  for (const [sha256, file] of [...files].slice(0, -1)) {
    if (bytes <= MOST_TOGETHER) return;
    const [one] = await Promise.allSettled([file]);
    bytes -= 'value' in one ? one.value.length : 0;
    files.delete(sha256);
    covers.delete(sha256);
  }
}

async function acceptedFile(sha256: string, config: Pick<ObjectStore, 'get'>): Promise<Buffer> {
  const key = acceptedKey(sha256);
  const stored = await config.get(key);
  if (stored && sha256Of(stored.bytes) === sha256) return stored.bytes;
  const received = stored ? 'another' : 'none';
  const message = `expected the file that a watermark of the list in force names at ${key} in the config bucket, received ${received}: write presets.yaml anew`;
  throw new Failure('PRESETS_INVALID', message, { key });
}

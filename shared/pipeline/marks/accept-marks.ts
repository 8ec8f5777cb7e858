import { sha256Of } from '../../core/list/fingerprint.ts';
import { Failure, failureOf } from '../../core/failure.ts';
import { markFilesIn, placeOf, withHashes } from '../../core/list/list-marks.ts';
import type { PresetList } from '../../core/list/preset-list.ts';
import { isSameObject, type OriginalObject } from '../../core/set/manifest.ts';
import {
  acceptedKey,
  MOST_TOGETHER,
  SEEN_MARKS_KEY,
  type SeenMarks,
  seenMarksSchema,
  tooLarge,
} from '../../core/watermark/accepted.ts';
import type { MarkFile } from '../../core/watermark/mark.ts';
import type { MarkProblem } from '../../core/watermark/mark-checks.ts';
import type { InspectMark, ObjectStore } from '../../ports.ts';
import { findRecord, writeRecord } from '../records.ts';

export interface FoundMark {
  sha256: string;
  bytes: number;
}

/** Throws PRESETS_INVALID where there is no such file, or none that can be drawn with. */
export type FindMark = (file: MarkFile) => Promise<FoundMark>;

/** The list with the hashes of what it draws with, or everything that is wrong with it at once. */
export async function withMarks(
  list: PresetList,
  find: FindMark,
): Promise<{ list: PresetList } | { problems: MarkProblem[] }> {
  const files = markFilesIn(list);
  const found = new Map<string, FoundMark>();
  const problems: MarkProblem[] = [];
  for (const file of files) {
    try {
      found.set(file.path, await find(file));
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (failure.code !== 'PRESETS_INVALID') throw failure;
      const message = `${failure.message} (${file.path})`;
      problems.push({ path: placeOf(file.path, list), message });
    }
  }
  const hashes = new Map([...found].map(([path, { sha256 }]) => [path, sha256]));
  problems.push(...tooLargeTogether(found));
  return problems.length > 0 ? { problems } : { list: withHashes(list, hashes) };
}

function tooLargeTogether(found: ReadonlyMap<string, FoundMark>): MarkProblem[] {
  const sizes = new Map([...found.values()].map(({ sha256, bytes }) => [sha256, bytes]));
  const together = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (together <= MOST_TOGETHER) return [];
  const message = `expected images and fonts of at most ${MOST_TOGETHER / 1e6} MB together, they have ${together} bytes (${[...found.keys()].join(', ')})`;
  return [{ path: ['presets'], message }];
}

/** As an accepted file: what is not one is refused in one sentence. */
export async function inspected(
  file: MarkFile,
  bytes: Buffer | undefined,
  inspect: InspectMark,
): Promise<FoundMark> {
  if (!bytes) throw none(file);
  const large = tooLarge(file.kind, bytes.length);
  if (large) throw new Failure('PRESETS_INVALID', large);
  await inspect(file, bytes);
  return { sha256: sha256Of(bytes), bytes: bytes.length };
}

function none({ kind }: MarkFile): Failure {
  return new Failure(
    'PRESETS_INVALID',
    `expected an ${kind} at this path, there is none`.replace('an font', 'a font'),
  );
}

/**
 * The same from the config bucket, each copied to a key that names its bytes before any list says so. What was found to
 * have which hash is remembered: the same object is not read again with each look at the list.
 */
export async function withStoredMarks(
  list: PresetList,
  { config, inspect }: { config: ObjectStore; inspect: InspectMark },
): Promise<{ list: PresetList } | { problems: MarkProblem[] }> {
  if (markFilesIn(list).length === 0) return { list };
  const found = await findRecord(config, SEEN_MARKS_KEY, seenMarksSchema);
  const before = found === 'unreadable' ? {} : (found?.files ?? {});
  const seen: SeenMarks['files'] = {};
  const marked = await withMarks(list, async file => {
    const object = await config.head(file.path);
    if (!object) throw none(file);
    const sha256 =
      (await knownHash(object, before[file.path], config)) ??
      (await copied(file, object, { config, inspect }));
    const { etag, bytes, crc64 } = object;
    seen[file.path] = { etag, bytes, ...(crc64 ? { crc64 } : {}), sha256 };
    return { sha256, bytes };
  });
  if (JSON.stringify(seen) !== JSON.stringify(before)) {
    await writeRecord(config, SEEN_MARKS_KEY, { schema: 1, files: seen });
  }
  return marked;
}

async function knownHash(
  object: OriginalObject,
  before: SeenMarks['files'][string] | undefined,
  config: ObjectStore,
): Promise<string | undefined> {
  if (!before || before.etag !== object.etag) return undefined;
  if (!isSameObject({ key: object.key, ...before }, object)) return undefined;
  const copy = await config.head(acceptedKey(before.sha256));
  return copy?.bytes === object.bytes ? before.sha256 : undefined;
}

async function copied(
  file: MarkFile,
  object: OriginalObject,
  { config, inspect }: { config: ObjectStore; inspect: InspectMark },
): Promise<string> {
  const large = tooLarge(file.kind, object.bytes);
  if (large) throw new Failure('PRESETS_INVALID', large);
  const bytes = await config.getExactly(object);
  if (bytes === 'changed') {
    throw new Failure(
      'ORIGINAL_CHANGED',
      `expected ${file.path} to stay as it is, it was replaced`,
    );
  }
  const { sha256 } = await inspected(file, bytes, inspect);
  if (!bytes) throw none(file);
  const attributes = { contentType: 'application/octet-stream', cacheControl: 'no-cache' };
  await config.put(acceptedKey(sha256), bytes, attributes);
  return sha256;
}

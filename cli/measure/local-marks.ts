import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import { markInspection } from '../../shared/adapters/sharp/mark-files.ts';
import { sentenceAt } from '../../shared/adapters/yaml/preset-file.ts';
import { Failure } from '../../shared/core/failure.ts';
import { markFilesIn } from '../../shared/core/list/list-marks.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { fingerprintOfList } from '../../shared/core/list/recipe.ts';
import { tooLarge } from '../../shared/core/watermark/accepted.ts';
import type { MarkFile } from '../../shared/core/watermark/mark.ts';
import { type FindMark, inspected, withMarks } from '../../shared/pipeline/marks/accept-marks.ts';
import { emptyMarkCache, marksFrom } from '../../shared/pipeline/marks/stored-marks.ts';
import type { NamedList } from '../../shared/ports.ts';

/** Images and fonts beside the lists that this command has read, by their hashes: whoever names one has it. */
const files = new Map<string, Buffer>();

export const localMarks = marksFrom(
  async sha256 => {
    const bytes = files.get(sha256);
    if (bytes) return bytes;
    const message = `expected a file of the hash ${sha256} beside a list that was read, there is none`;
    throw new Failure('PRESETS_INVALID', message);
  },
  emptyMarkCache(),
  glyphsOf,
);

export interface WrittenList {
  text: string;
  /** On disk: `marks/logo.png` is looked for in its folder. */
  file: string;
}

/** As it will be accepted. Throws PRESETS_INVALID with a line for each file that is not there or cannot be drawn with. */
export async function withLocalMarks(
  list: PresetList,
  { text, file }: WrittenList,
): Promise<NamedList> {
  const marked = await withMarks(list, findBeside(file));
  if ('list' in marked) return { list: marked.list, fingerprint: fingerprintOfList(marked.list) };
  const lines = marked.problems.map(({ path, message }) => sentenceAt(text, file, path, message));
  throw new Failure('PRESETS_INVALID', [`${file} is not in order`, ...lines].join('\n'));
}

/** For whoever takes them elsewhere. */
export async function marksBeside(list: PresetList, file: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const mark of markFilesIn(list)) {
    const bytes = await bytesBeside(mark, file);
    if (bytes) found.set(mark.path, bytes);
  }
  return found;
}

function findBeside(file: string): FindMark {
  const inspect = markInspection(glyphsOf);
  return async mark => {
    const bytes = await bytesBeside(mark, file);
    const found = await inspected(mark, bytes, inspect);
    if (bytes) files.set(found.sha256, bytes);
    return found;
  };
}

async function bytesBeside({ kind, path }: MarkFile, file: string): Promise<Buffer | undefined> {
  const place = join(dirname(file), path);
  try {
    const large = tooLarge(kind, (await stat(place)).size);
    if (large) throw new Failure('PRESETS_INVALID', large);
    return await readFile(place);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (thrown instanceof Failure) throw thrown;
    throw new Failure('PRESETS_INVALID', `expected a file that can be read, it cannot (${code})`, {
      cause: thrown,
    });
  }
}

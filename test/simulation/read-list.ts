import { readPresetList, sentenceOf } from '../../shared/adapters/yaml/preset-file.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import type { ReadList } from '../../shared/pipeline/edits/edit-context.ts';

const known = new Map<string, ReadList>();

/** YAML takes as long as half a history, and there are few lists. */
export function readList(text: string, file: string): ReadList {
  const read = known.get(text) ?? freshlyRead(text, file);
  known.set(text, read);
  return read;
}

function freshlyRead(text: string, file: string): ReadList {
  const read = readPresetList(text, file);
  return 'problems' in read ? { problems: read.problems.map(sentenceOf) } : read;
}

/** The list that a text says, or undefined where it is a bad one. */
export function listIn(text: string): { list: PresetList; fingerprint: string } | undefined {
  const read = readList(text, 'presets.yaml');
  return 'problems' in read ? undefined : read;
}

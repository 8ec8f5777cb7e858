import { filesOf, type Mark, type MarkFile } from '../watermark/mark.ts';
import type { PresetList } from './preset-list.ts';

/** The images and fonts that a list names, and the list with their hashes. */

/** Each once. */
export function markFilesIn({ presets }: PresetList): MarkFile[] {
  const files = presets.flatMap(({ watermark = [] }) => watermark.flatMap(filesOf));
  return [...new Map(files.map(file => [file.path, file])).values()];
}

/** The list itself where it has no watermark. */
export function withHashes(list: PresetList, hashes: ReadonlyMap<string, string>): PresetList {
  if (markFilesIn(list).length === 0) return list;
  const hashed = (mark: Mark): Mark => ({
    ...mark,
    sha256: filesOf(mark).map(({ path }) => hashes.get(path) ?? ''),
  });
  const presets = list.presets.map(preset =>
    preset.watermark ? { ...preset, watermark: preset.watermark.map(hashed) } : preset,
  );
  return { ...list, presets };
}

/** Where the list first names a file. */
export function placeOf(wanted: string, { presets }: PresetList): PropertyKey[] {
  for (const [preset, { watermark = [] }] of presets.entries()) {
    for (const [index, { image, font, fallback = [] }] of watermark.entries()) {
      const at = ['presets', preset, 'watermark', index];
      if (image === wanted) return [...at, 'image'];
      if (font === wanted) return [...at, 'font'];
      if (fallback.includes(wanted)) return [...at, 'fallback', fallback.indexOf(wanted)];
    }
  }
  return [];
}

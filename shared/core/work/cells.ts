import { declaredFiles } from '../list/declared-file.ts';
import { type OutputFormat, outputFormats, type PresetList } from '../list/preset-list.ts';

/** What files are counted by: each preset, format and width that a list declares, and what none of it is. */

export interface Cell {
  /** Undefined: of no preset and format of the list. */
  preset: string | undefined;
  format: OutputFormat;
  width: number | undefined;
}

export interface Cells {
  all: Cell[];
  /** As an index of `all`. A smaller picture's own width counts to the width that it stands for. */
  indexOf(file: { preset: string; format: OutputFormat; width: number }): number;
}

export function cellsOf(list: PresetList): Cells {
  const declared: Cell[] = declaredFiles(list.presets, list)
    .map(({ preset, format, width }) => ({ preset, format, width }))
    .sort((a, b) => a.width - b.width);
  const foreign = outputFormats.map(format => ({ preset: undefined, format, width: undefined }));
  const all = [...declared, ...foreign];
  return {
    all,
    indexOf: ({ preset, format, width }) => {
      const isOwn = (cell: Cell) => cell.preset === preset && cell.format === format;
      const enough = all.findIndex(cell => isOwn(cell) && (cell.width ?? 0) >= width);
      if (enough >= 0) return enough;
      const widest = all.findLastIndex(isOwn);
      return widest >= 0 ? widest : declared.length + outputFormats.indexOf(format);
    },
  };
}

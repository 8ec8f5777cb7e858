import { widthsOf } from './geometry.ts';
import type { OutputFormat, Preset, PresetList } from './preset-list.ts';
import { namedRecipe } from './recipe.ts';

/** One file that the list asks for by its key alone, before the picture itself is known. */
export interface DeclaredFile {
  preset: string;
  format: OutputFormat;
  /** As declared: a smaller picture gives its own width in its place, or none. */
  width: number;
  fingerprint: string;
  generate: Preset['generate'];
}

/** What presets ask for: an upper bound, since pictures rule files out. */
export function declaredFiles(presets: Preset[], list: PresetList): DeclaredFile[] {
  return presets.flatMap(preset =>
    Object.entries(preset.formats).flatMap(([name, options]) => {
      if (!options) return [];
      const format = name as OutputFormat;
      return (options.widths ?? widthsOf(preset)).map(width => ({
        preset: preset.name,
        format,
        width,
        fingerprint: namedRecipe(preset, width, format, list).fingerprint,
        generate: preset.generate,
      }));
    }),
  );
}

/** Which font draws which part of a text. */

export type Covers = (codePoint: number) => boolean;

/** Reads which characters a font has. Throws PRESETS_INVALID for what is no font. */
export type Glyphs = (font: Buffer) => Promise<Covers>;

export interface Run {
  /** Which of the fonts, from 0. */
  font: number;
  text: string;
}

/** Joiners and selectors have no glyph of their own, and need none. */
const UNSEEN = [
  [0x20_0c, 0x20_0f],
  [0xfe_00, 0xfe_0f],
  [0xe_00_20, 0xe_00_7f],
  [0xe_01_00, 0xe_01_ef],
] as const;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** What people read as one character is drawn by one font, the first that has all of it, or left out. */
export function runsOf(text: string, fonts: Covers[]): { runs: Run[]; lacking: string[] } {
  const runs: Run[] = [];
  const lacking = new Set<string>();
  for (const { segment } of graphemes.segment(text)) {
    const needed = [...segment].filter(one => !isUnseen(codePointOf(one)));
    const font = fonts.findIndex(covers => needed.every(one => covers(codePointOf(one))));
    const last = runs.at(-1);
    if (font === -1) {
      for (const one of lackingIn(needed, fonts)) lacking.add(nameOf(one));
    } else if (last?.font === font) last.text += segment;
    else runs.push({ font, text: segment });
  }
  return { runs: runs.some(({ text }) => isSeen(text)) ? runs : [], lacking: [...lacking] };
}

function isSeen(text: string): boolean {
  return [...text].some(one => one.trim() !== '' && !isUnseen(codePointOf(one)));
}

function isUnseen(codePoint: number): boolean {
  return UNSEEN.some(([first, last]) => first <= codePoint && codePoint <= last);
}

/** Those that no font has; where each is in some font, but not together, all. */
function lackingIn(needed: string[], fonts: Covers[]): string[] {
  const nowhere = needed.filter(one => !fonts.some(covers => covers(codePointOf(one))));
  return nowhere.length > 0 ? nowhere : needed;
}

function codePointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** As Unicode writes it: `U+1F600`. */
function nameOf(character: string): string {
  return `U+${codePointOf(character).toString(16).toUpperCase().padStart(4, '0')}`;
}

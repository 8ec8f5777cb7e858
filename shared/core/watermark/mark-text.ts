/** What a text of a watermark says of one original. */

/** By the words of the list, `user`; null where something was said that cannot be drawn. */
export type Texts = Readonly<Record<string, string | null>>;

const WORD = /\{([a-z][a-z0-9-]*)\}/g;

/** Characters of one value: of names that people give themselves few are longer. */
export const MOST_CHARACTERS = 64;

/** Controls, line ends, bidi overrides and isolates; not the joiners and marks that scripts and emoji are written with. */
const UNDRAWABLE = /(?![\u200c-\u200f\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** The words of a text that somebody has to say. */
export function wordsOf(text: string): string[] {
  return [...new Set([...text.matchAll(WORD)].map(([, word = '']) => word))];
}

/** What is left of braces once its words are taken out, or undefined. */
export function strayBrace(text: string): string | undefined {
  return /[{}]/.exec(text.replaceAll(WORD, ''))?.[0];
}

export function isDrawable(text: string): boolean {
  return !UNDRAWABLE.test(text);
}

/** UTF-8 as it is or percent-encoded, as a header brings it; null where it is neither, too long, or not to be drawn. */
export function textFrom(header: string): string | null {
  const text = decoded(header)?.normalize('NFC').trim();
  if (text === undefined || text === '' || !isDrawable(text)) return null;
  return [...text].length <= MOST_CHARACTERS ? text : null;
}

/** Node.js reads headers as Latin-1. */
function decoded(header: string): string | undefined {
  try {
    const bytes = Buffer.from(header, 'latin1');
    return decodeURIComponent(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** `lacks`: the words of it that nobody said, or not so that they can be drawn. */
export function filled(text: string, texts: Texts): { text: string } | { lacks: string[] } {
  const lacks = wordsOf(text).filter(word => typeof texts[word] !== 'string');
  if (lacks.length > 0) return { lacks };
  return { text: text.normalize('NFC').replaceAll(WORD, (_, word) => String(texts[word])) };
}

import type { Mark } from './mark.ts';
import { filled, type Texts, wordsOf } from './mark-text.ts';
import type { Run } from './runs.ts';

/** The marks of one file, of one original. */

export interface WantedMark {
  mark: Mark;
  /** With the words of this original. */
  text?: string;
}

export interface WantedMarks {
  marks: WantedMark[];
  /** Words that nobody said; their texts are left out. */
  lacks?: string[];
  /** Why the file cannot be made. */
  unmarkable?: string;
}

/** With all that is needed to draw it. */
export type DrawnMark = { mark: Mark } & ({ image: Buffer } | { runs: Run[]; fonts: MarkFont[] });

export interface MarkFont {
  sha256: string;
  bytes: Buffer;
}

export function wantedMarks(all: Mark[], width: number, texts: Texts): WantedMarks {
  const due = all.filter(({ from = 0 }) => width >= from).map(mark => lookAt(mark, texts));
  const lacking = (isFatal: boolean) => [
    ...new Set(
      due.flatMap(({ mark, lacks }) => ((mark.missing === 'fail') === isFatal ? lacks : [])),
    ),
  ];
  const [lacks, fatal] = [lacking(false), lacking(true)];
  const words = fatal.map(word => `{${word}}`).join(', ');
  const unmarkable = `expected ${words} to be said for the watermark (missing: fail)`;
  return {
    marks: due.flatMap(({ wanted }) => wanted ?? []),
    ...(lacks.length > 0 ? { lacks } : {}),
    ...(fatal.length > 0 ? { unmarkable } : {}),
  };
}

function lookAt(mark: Mark, texts: Texts): { mark: Mark; wanted?: WantedMark; lacks: string[] } {
  if (mark.text === undefined) return { mark, wanted: { mark }, lacks: [] };
  const said = filled(mark.text, texts);
  return 'lacks' in said
    ? { mark, lacks: said.lacks }
    : { mark, wanted: { mark, text: said.text }, lacks: [] };
}

/** What of an original's words a watermark says: they decide bytes, at whatever width. Undefined where there are none. */
export function saidIn(all: Mark[], texts: Texts): Record<string, string> | undefined {
  const words = all.flatMap(({ text }) => wordsOf(text ?? ''));
  const said = words.flatMap(word => {
    const text = texts[word];
    return typeof text === 'string' ? [[word, text] as const] : [];
  });
  return said.length > 0 ? Object.fromEntries(said) : undefined;
}

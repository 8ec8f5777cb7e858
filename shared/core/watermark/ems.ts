/**
 * How wide a text may be, in heights of its letters: most characters are no wider than high. These are, as fonts of Google's
 * Noto draw them: the basmala in one character, two dashes, and signs of cuneiform.
 */
const WIDE: [of: RegExp, ems: number][] = [
  [/\u{fdfd}/gu, 12],
  [/[\u{2e3a}\u{2e3b}]/gu, 3],
  [/[\u{12000}-\u{1254f}]/gu, 8],
];

export function mostEms(text: string): number {
  const more = WIDE.map(([of, ems]) => (text.match(of)?.length ?? 0) * (ems - 1));
  return more.reduce((sum, one) => sum + one, text.length);
}

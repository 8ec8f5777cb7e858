/** What fits a terminal: columns, not characters, since Chinese and emoji take two. */

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
/** Combining marks, joiners, selectors of a variation. */
const WITHOUT = /\p{Mn}|\p{Me}|\p{Cf}/u;

export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!WITHOUT.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/** The first parts of a line that fit, two spaces apart; of the very first as much as fits. */
export function fitting(parts: string[], columns: number): string {
  const [first = '', ...rest] = parts;
  let line = cut(first, columns);
  for (const part of rest) {
    const longer = `${line}  ${part}`;
    if (columnsOf(longer) > columns) break;
    line = longer;
  }
  return line;
}

export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (columnsOf(`${kept}${character}…`) > columns) break;
    kept += character;
  }
  return `${kept}…`;
}

/**
 * Broken between words, below the second column where a line has two (`  rule      …`). What has no space, such as a key,
 * stays whole on a line of its own: people copy it.
 */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map(line => wrappedLine(line, columns))
    .join('\n');
}

const MOST_INDENT = 20;

/** Prose stands flush; what is below a heading, or begins with a sign, is told from the next by where it goes on. */
function hangOf(line: string, lead: string): number {
  const isItem = lead.length > 0 || /^[✓✗✘!~…+-] /u.test(line);
  return isItem ? lead.length + 4 : 0;
}

function wrappedLine(line: string, columns: number): string {
  if (columnsOf(line) <= columns) return line;
  const [lead = ''] = /^\s*/.exec(line) ?? [];
  const [label = ''] = /^\s*\S+ {2,}/.exec(line) ?? [];
  const hang = label !== '' && label.length <= MOST_INDENT ? label.length : hangOf(line, lead);
  const lines: string[] = [];
  let current = '';
  for (const [word] of line.matchAll(/\s*\S+/g)) {
    if (current.trim() !== '' && columnsOf(current + word) > columns) {
      lines.push(current);
      current = ' '.repeat(hang) + word.trimStart();
    } else current += word;
  }
  return [...lines, current].join('\n');
}

import type { Readable } from 'node:stream';

/** FC cuts a log line at 32 KB; without a cut, a line that never ends would fill the host's memory. */
const LONGEST = 32 * 1024;

export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n').map(cut);
    const last = lines.pop() ?? [];
    rest = last.pop() ?? '';
    for (const piece of [...lines.flat(), ...last]) onLine(piece);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

/** At least one piece, also of an empty line. */
function cut(line: string): string[] {
  const pieces = Math.max(1, Math.ceil(line.length / LONGEST));
  return Array.from({ length: pieces }, (_, at) => line.slice(at * LONGEST, (at + 1) * LONGEST));
}

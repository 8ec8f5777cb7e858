import type { Readable } from 'node:stream';

/** FC cuts a log line at 32 KB; without a cut, a line that never ends would fill the host's memory. */
const LONGEST = 32 * 1024;

export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    while (rest.length > LONGEST) {
      onLine(rest.slice(0, LONGEST));
      rest = rest.slice(LONGEST);
    }
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

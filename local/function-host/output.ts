import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import pTimeout from 'p-timeout';

export type OnLine = (stream: 'stdout' | 'stderr', line: string) => void;

export interface Output {
  /** From now on lines belong to this request; the result waits until all of them have come. */
  begin(onLine: OnLine): { complete(): Promise<void> };
}

/** A process that the function left behind may hold the pipes open after its end. */
const PATIENCE_MS = 250;

/**
 * Lines come by pipe, answers by IPC, and one may overtake the other. So the runtime ends each request
 * with a mark on both pipes, and a line is told under the request that wrote it.
 */
export function openOutput(child: ChildProcess, mark: string): Output {
  let tell: OnLine = () => {};
  let onMark = () => {};
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name];
    if (!stream) continue;
    readLines(stream, line => {
      const marked = line.endsWith(mark);
      const text = marked ? line.slice(0, -mark.length) : line;
      if (text !== '' || !marked) tell(name, text);
      if (marked) onMark();
    });
    stream.once('close', () => onMark());
  }
  return {
    begin(onLine) {
      tell = onLine;
      let marks = 0;
      const marked = new Promise<void>(resolve => {
        onMark = () => {
          marks += 1;
          if (marks === 2) resolve();
        };
      });
      return { complete: () => pTimeout(marked, { milliseconds: PATIENCE_MS, message: false }) };
    },
  };
}

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

import { readLog } from './log-files.ts';
import { linesFor } from './lines.ts';
import type { Tally } from './tally.ts';

/** Log after log into a tally, with what could not be read of them. */

export interface Skipped {
  first: string | null;
  damaged: number;
  cut: string[];
}

/** Of a folder full of damaged files, so many are named. */
const MOST_NAMED = 20;
const TELL_EVERY = 1e6;

export async function readLogs(
  files: string[],
  tally: Tally,
  tell: (file: string, lines: number) => void,
): Promise<Skipped> {
  const skipped: Skipped = { first: null, damaged: 0, cut: [] };
  let all = 0;
  for (const file of files) {
    let line = 0;
    const broken = () => {
      skipped.first ??= `${file}:${line}`;
    };
    const lines = linesFor({
      line: (bytes, start, end) => {
        line += 1;
        all += 1;
        if (all % TELL_EVERY === 0) tell(file, all);
        if (start < end && !tally.take(bytes, start, end)) broken();
      },
      tooLong: () => {
        line += 1;
        tally.broken();
        broken();
      },
    });
    try {
      await readLog(file, lines.push);
      lines.end();
    } catch (thrown) {
      // What it had until there is counted; what is left of its last line is none.
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === undefined) throw thrown;
      skipped.damaged += 1;
      if (skipped.cut.length < MOST_NAMED)
        skipped.cut.push(`${file} after line ${line}: ${message}`);
    }
  }
  return skipped;
}

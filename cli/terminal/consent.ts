import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Failure } from '../../shared/core/failure.ts';
import { wrapped } from './width.ts';

export interface ConsentOptions {
  yes?: true;
}

/** Before anything is looked at: where nobody can be asked, only who typed it can have agreed. */
export function refuseUnasked({ yes }: ConsentOptions): void {
  if (yes || process.stdin.isTTY) return;
  const message =
    'expected --yes, since there is no terminal to ask in; nothing was done: --dry-run shows what it would do';
  throw new Failure('SETTINGS_INVALID', message);
}

/** Whoever sits there answers; all but yes is no, which is said, and the exit code is 1. */
export async function isAgreed(shown: string, question: string): Promise<boolean> {
  const { stdin, stderr } = process;
  stderr.write(`${wrapped(shown, stderr.columns || 80)}\n`);
  // No terminal of readline's own, so that Ctrl-C ends the command as anywhere else.
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  const closed = once(lines, 'close').then(() => '');
  const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
  lines.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  stderr.write('Nothing was done.\n');
  process.exitCode = 1;
  return false;
}

import type { Failure } from '../../shared/core/failure.ts';
import { wrapped } from './width.ts';

/** What a command says to its user. Everything else a command prints goes to stderr. */
export function say(text: string): void {
  console.log(text);
}

/** For people: broken at the width of their terminal, and nowhere where there is none. */
export function sayText(text: string): void {
  const { columns } = process.stdout;
  say(columns ? wrapped(text, columns) : text);
}

/** One key's failure holds up no other: it is said, and the exit code tells. */
export function sayFailed(
  key: string,
  { code, message }: Failure,
  { json }: { json?: true },
): void {
  process.exitCode = 1;
  if (json) say(JSON.stringify({ key, error: { code, message } }));
  else process.stderr.write(`darkroom: ${message}\n`);
}

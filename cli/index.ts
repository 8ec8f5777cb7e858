import type { Command } from 'commander';
import { failureOf } from '../shared/core/failure.ts';
import { programFor } from './commands.ts';
import { environment } from './terminal/environment.ts';
import { refuseKeptByNpm } from './terminal/npm-options.ts';

const words = process.argv.slice(2);
const program = await programFor(words);

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

/** The command that the first words name, which may stand below another. */
function askedOf(parent: Command, [word, ...rest]: string[]): Command {
  const child = parent.commands.find(command => command.name() === word);
  return child ? askedOf(child, rest) : parent;
}

try {
  refuseKeptByNpm(askedOf(program, words), words, environment());
  await program.parseAsync();
} catch (thrown) {
  const { code, message } = failureOf(thrown);
  // What we classified speaks for itself; anything else is a bug, and its trace is what mends it.
  console.error(code === 'UNEXPECTED' ? thrown : `darkroom: ${message}`);
  process.exitCode = 1;
}

import { Command } from 'commander';
import { failureOf } from '../shared/core/failure.ts';
import { invokeCommand } from './invoke.ts';
import { localCommand } from './local.ts';
import { presetsCommand } from './presets.ts';
import { renderCommand } from './render.ts';

const program = new Command('darkroom')
  .description(
    'Develops every photo once, on upload, into every size and format that devices ask for.',
  )
  .showHelpAfterError('(darkroom --help lists the commands)');

program.addCommand(localCommand());
program.addCommand(renderCommand());
program.addCommand(presetsCommand());
program.addCommand(invokeCommand());

try {
  await program.parseAsync();
} catch (thrown) {
  const { code, message } = failureOf(thrown);
  // What we classified speaks for itself; anything else is a bug, and its trace is what mends it.
  console.error(code === 'UNEXPECTED' ? thrown : `darkroom: ${message}`);
  process.exitCode = 1;
}

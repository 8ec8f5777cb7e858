import { Command } from 'commander';
import { failureOf } from '../shared/core/failure.ts';
import { backfillCommand } from './backfill/backfill.ts';
import { doctorCommand } from './deployment/doctor.ts';
import { estimateCommand } from './presets/estimate.ts';
import { explainCommand } from './inspect/explain.ts';
import { invokeCommand } from './local/invoke.ts';
import { localCommand } from './local/local.ts';
import { policiesCommand } from './deployment/policies.ts';
import { presetsCommand } from './presets/presets.ts';
import { presetsApplyCommand, presetsResumeCommand } from './presets/apply.ts';
import { presetsDiffCommand } from './presets/diff.ts';
import { presetsPlanCommand } from './presets/plan.ts';
import { renderCommand } from './render/render.ts';
import { replayCommand } from './replay/replay.ts';
import { schemaCommand } from './presets/schema.ts';
import { setupCommand } from './deployment/setup.ts';
import { statusCommand } from './inspect/status.ts';
import { takedownCommand } from './takedown/takedown.ts';
import { verifyCommand } from './inspect/verify.ts';

const program = new Command('darkroom')
  .description(
    'Develops every photo once, on upload, into every size and format that devices ask for.',
  )
  .showHelpAfterError('(darkroom --help lists the commands)');

program.addCommand(localCommand());
program.addCommand(renderCommand());
program.addCommand(
  presetsCommand()
    .addCommand(presetsDiffCommand())
    .addCommand(presetsPlanCommand())
    .addCommand(presetsApplyCommand())
    .addCommand(presetsResumeCommand()),
);
program.addCommand(backfillCommand());
program.addCommand(statusCommand());
program.addCommand(estimateCommand());
program.addCommand(explainCommand());
program.addCommand(verifyCommand());
program.addCommand(replayCommand());
program.addCommand(takedownCommand());
program.addCommand(setupCommand());
program.addCommand(doctorCommand());
program.addCommand(policiesCommand());
program.addCommand(invokeCommand());
program.addCommand(schemaCommand());

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (thrown) {
  const { code, message } = failureOf(thrown);
  // What we classified speaks for itself; anything else is a bug, and its trace is what mends it.
  console.error(code === 'UNEXPECTED' ? thrown : `darkroom: ${message}`);
  process.exitCode = 1;
}

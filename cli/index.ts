import { Command } from 'commander';
import { failureOf } from '../shared/core/failure.ts';
import { environment } from './terminal/environment.ts';
import { refuseKeptByNpm } from './terminal/npm-options.ts';

type Commands = Record<string, () => Promise<Command>>;

/** Their libraries take longer to load than most commands take, so only the one that is asked for is loaded. */
const PRESETS: Commands = {
  diff: async () => (await import('./presets/diff.ts')).presetsDiffCommand(),
  plan: async () => (await import('./presets/plan.ts')).presetsPlanCommand(),
  apply: async () => (await import('./presets/apply.ts')).presetsApplyCommand(),
  resume: async () => (await import('./presets/apply.ts')).presetsResumeCommand(),
};

const COMMANDS: Commands = {
  local: async () => (await import('./local/local.ts')).localCommand(),
  render: async () => (await import('./render/render.ts')).renderCommand(),
  presets: async () =>
    withAsked((await import('./presets/presets.ts')).presetsCommand(), PRESETS, process.argv[3]),
  backfill: async () => (await import('./backfill/backfill.ts')).backfillCommand(),
  status: async () => (await import('./inspect/status.ts')).statusCommand(),
  estimate: async () => (await import('./presets/estimate.ts')).estimateCommand(),
  heat: async () => (await import('./heat/heat.ts')).heatCommand(),
  rehearse: async () => (await import('./rehearse/rehearse.ts')).rehearseCommand(),
  explain: async () => (await import('./inspect/explain.ts')).explainCommand(),
  verify: async () => (await import('./inspect/verify.ts')).verifyCommand(),
  replay: async () => (await import('./replay/replay.ts')).replayCommand(),
  takedown: async () => (await import('./takedown/takedown.ts')).takedownCommand(),
  moderate: async () => (await import('./backfill/moderate.ts')).moderateCommand(),
  review: async () => (await import('./review/review.ts')).reviewCommand(),
  setup: async () => (await import('./deployment/setup.ts')).setupCommand(),
  doctor: async () => (await import('./deployment/doctor.ts')).doctorCommand(),
  policies: async () => (await import('./deployment/policies.ts')).policiesCommand(),
  invoke: async () => (await import('./local/invoke.ts')).invokeCommand(),
  schema: async () => (await import('./presets/schema.ts')).schemaCommand(),
};

/** All of them where help is asked for, or something that is none of them. */
async function withAsked(parent: Command, commands: Commands, word = ''): Promise<Command> {
  if (parent.commands.some(own => own.name() === word)) return parent;
  const asked = Object.hasOwn(commands, word) ? [commands[word]] : Object.values(commands);
  for (const command of asked) if (command) parent.addCommand(await command());
  return parent;
}

const program = new Command('npx darkroom')
  .description(
    'Develops every photo once, on upload, into every size and format that devices ask for.',
  )
  .showHelpAfterError('(npx darkroom --help lists the commands)');

await withAsked(program, COMMANDS, process.argv[2]);

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
  const words = process.argv.slice(2);
  refuseKeptByNpm(askedOf(program, words), words, environment());
  await program.parseAsync();
} catch (thrown) {
  const { code, message } = failureOf(thrown);
  // What we classified speaks for itself; anything else is a bug, and its trace is what mends it.
  console.error(code === 'UNEXPECTED' ? thrown : `darkroom: ${message}`);
  process.exitCode = 1;
}

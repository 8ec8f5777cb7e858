import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { completionCommand } from './completion/completion.ts';
import { examplesText } from './examples.ts';

type Commands = Record<string, () => Promise<Command>>;

/** Their libraries take longer to load than most commands take, so only the one that is asked for is loaded. */
const PRESETS: Commands = {
  diff: async () => (await import('./presets/diff.ts')).presetsDiffCommand(),
  plan: async () => (await import('./presets/plan.ts')).presetsPlanCommand(),
  apply: async () => (await import('./presets/apply.ts')).presetsApplyCommand(),
  stop: async () => (await import('./presets/rollout.ts')).presetsStopCommand(),
  resume: async () => (await import('./presets/rollout.ts')).presetsResumeCommand(),
};

const COMMANDS: Commands = {
  init: async () => (await import('./init/init.ts')).initCommand(),
  local: async () => (await import('./local/local.ts')).localCommand(),
  render: async () => (await import('./render/render.ts')).renderCommand(),
  preview: async () => (await import('./preview/preview.ts')).previewCommand(),
  presets: async () => (await import('./presets/presets.ts')).presetsCommand(),
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
  completion: async () => completionCommand(wholeProgram),
};

/** With the command that the words ask for; with all of them where help is asked for, or something that is none. */
export async function programFor([word = '', second = '']: string[]): Promise<Command> {
  const program = bareProgram();
  if (/^(-V|--version)$/.test(word)) return program;
  await addAsked(program, COMMANDS, word);
  const presets = program.commands.find(command => command.name() === 'presets');
  if (presets && !presets.commands.some(own => own.name() === second)) {
    await addAsked(presets, PRESETS, word === 'presets' ? second : '');
  }
  withExamples(program, '');
  return program;
}

/** For who looks at all commands. */
export const wholeProgram = () => programFor([]);

function bareProgram(): Command {
  return new Command('npx darkroom')
    .description(
      'Develops every photo once, on upload, into every size and format that devices ask for.',
    )
    .version(manifest.version, '-V, --version', 'print the version')
    .showHelpAfterError('(npx darkroom --help lists the commands)');
}

async function addAsked(parent: Command, commands: Commands, word: string): Promise<void> {
  const asked = Object.hasOwn(commands, word) ? [commands[word]] : Object.values(commands);
  for (const command of asked) if (command) parent.addCommand(await command());
}

function withExamples(command: Command, name: string): void {
  if (name !== '') command.addHelpText('after', examplesText(name));
  for (const child of command.commands) withExamples(child, `${name} ${child.name()}`.trim());
}

import { Argument, Command } from 'commander';
import { say } from '../terminal/printer.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { type Place, placesIn } from './tree.ts';
import { zshScript } from './zsh.ts';

const scripts: Record<string, (places: Place[]) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `whole` is the program with all of its commands: only who asks for this needs them loaded. */
export function completionCommand(whole: () => Promise<Command>): Command {
  return new Command('completion')
    .description('Print what a shell needs to complete commands, options and files.')
    .addArgument(new Argument('<shell>', 'whose').choices(Object.keys(scripts)))
    .action(async (shell: string) => {
      const places = placesIn(await whole());
      say((scripts[shell]?.(places) ?? '').trimEnd());
    });
}

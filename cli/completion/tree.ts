import type { Argument, Command, Option } from 'commander';

/** What shells complete, by commander's own tree, so that no command and no option is forgotten. */

/** A command with what may stand behind it. */
export interface Place {
  /** `presets/apply`; empty for the program itself. */
  path: string;
  commands: Word[];
  options: OptionWord[];
  /** What an argument that is no option may be. */
  takes: Value;
}

export interface Word {
  name: string;
  /** One line. */
  says: string;
}

export interface OptionWord extends Word {
  /** Undefined where it takes none. */
  value: Value | undefined;
}

/** Files of this machine, one of some words, or what only its user knows. */
export type Value = 'files' | 'anything' | string[];

export function placesIn(command: Command, path = ''): Place[] {
  const help = command.createHelp();
  const children = help.visibleCommands(command).filter(child => child.name() !== 'help');
  const below = children.flatMap(child =>
    placesIn(child, path === '' ? child.name() : `${path}/${child.name()}`),
  );
  const [argument] = command.registeredArguments;
  const here = {
    path,
    commands: children.map(child => ({
      name: child.name(),
      says: lineOf(child.summary() || child.description()),
    })),
    options: help.visibleOptions(command).flatMap(wordsOf),
    takes: argument ? valueFrom(argument, argument.name()) : [],
  };
  return [here, ...below];
}

function wordsOf(option: Option): OptionWord[] {
  const takesValue = option.required || option.optional;
  const [, placeholder = ''] = /[<[]([^>\].]+)/.exec(option.flags) ?? [];
  const value = takesValue ? valueFrom(option, placeholder) : undefined;
  return option.long ? [{ name: option.long, says: lineOf(option.description), value }] : [];
}

const ARE_FILES = /^(file|dir|path|plan|event|old|new|source|place|inventory)$/;

function valueFrom(
  { argChoices }: Pick<Option | Argument, 'argChoices'>,
  placeholder: string,
): Value {
  if (argChoices) return [...argChoices];
  return ARE_FILES.test(placeholder) ? 'files' : 'anything';
}

const lineOf = (text: string) => text.replace(/\s+/g, ' ').trim();

/** What the walk over typed words meets at each place but the first: the path so far, a slash, the next word. */
export function stepsTo(places: Place[]): string[] {
  return places
    .filter(({ path }) => path !== '')
    .map(({ path }) => (path.includes('/') ? path : `/${path}`));
}

/** Between single quotes, as bash and zsh read it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

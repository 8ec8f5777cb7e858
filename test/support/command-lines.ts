import type { Command, Option } from 'commander';

/** Command lines as documents and help have them, held against the commands that there are. */

/** What a shell makes of it: quotes off, up to a pipe, a redirection, a comment, or the end of a substitution. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (/^([|<>;#]|&&|2>)/.test(word)) break;
    const isLast = /[);]$/.test(word) && !/[(]/.test(word);
    words.push(word.replace(/[);]+$/, '').replace(/['"]/g, ''));
    if (isLast) break;
  }
  return words;
}

/** In a sentence, what the line names and no command knows; undefined where all is known. */
export function unknownIn(program: Command, words: string[]): string | undefined {
  const { command, rest } = askedBy(program, words);
  const path = words.slice(0, words.length - rest.length).join(' ');
  if (command.commands.length > 0 && rest[0] && !rest[0].startsWith('-')) {
    return `no command ${[path, rest[0]].join(' ').trim()}`;
  }
  const known = [...command.options.map(({ long }) => long), '--help'];
  const wrong = rest.find(word => word.startsWith('--') && !known.includes(nameIn(word)));
  if (wrong) return `no option ${nameIn(wrong)} of ${path || 'the program'}`;
  return badValue(command.options, rest);
}

/** The command that the first words name, and what is left of them. */
export function askedBy(parent: Command, words: string[]): { command: Command; rest: string[] } {
  const [word, ...rest] = words;
  const child = parent.commands.find(one => one.name() === word);
  return child ? askedBy(child, rest) : { command: parent, rest: words };
}

const nameIn = (word: string) => word.split('=')[0] ?? '';

function badValue(options: readonly Option[], rest: string[]): string | undefined {
  for (const { long, argChoices, required } of options) {
    const index = rest.findIndex(word => nameIn(word) === long);
    const value = rest[index]?.split('=')[1] ?? rest[index + 1];
    if (index < 0 || !required || value === undefined) continue;
    if (argChoices && /^[a-z]/.test(value) && !argChoices.includes(value)) {
      return `no ${long} ${value}`;
    }
  }
  return undefined;
}

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { wholeProgram } from '../../../cli/commands.ts';
import { bashScript } from '../../../cli/completion/bash.ts';
import { fishScript } from '../../../cli/completion/fish.ts';
import { placesIn } from '../../../cli/completion/tree.ts';
import { zshScript } from '../../../cli/completion/zsh.ts';
import { newFolder } from '../../support/folders.ts';

let whole: Command;
let scripts: Record<'bash' | 'zsh' | 'fish', string>;
beforeAll(async () => {
  whole = await wholeProgram();
  const places = placesIn(whole);
  const folder = newFolder();
  const written = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  scripts = {
    bash: written('bash', bashScript(places)),
    zsh: written('zsh', zshScript(places)),
    fish: written('fish', fishScript(places)),
  };
});

const is = (shell: string) => spawnSync(shell, ['--version']).status === 0;

function outputOf(shell: string, ...words: string[]): string[] {
  const { status, stdout, stderr } = spawnSync(shell, words, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter(line => line !== '');
}

/** What each shell offers for the last of the words. */
const offered = {
  bash: (words: string[]) =>
    outputOf(
      'bash',
      '--norc',
      '-c',
      `source ${scripts.bash}; compopt() { COMPREPLY+=('<files>'); }
      COMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
      _darkroom; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ),
  // Its own functions put words before the line editor; here they print them.
  zsh: (words: string[]) =>
    outputOf(
      'zsh',
      '-f',
      '-c',
      `compdef() { :; }; _files() { print '<files>'; }; compadd() { shift; print -l -- "$@"; }
      _describe() { print -l -- "\${(@)found%%:*}"; }
      source ${scripts.zsh}; words=(${words.map(word => `'${word}'`).join(' ')}); CURRENT=${words.length}
      _darkroom`,
    ).filter(word => word.startsWith(words.at(-1) ?? '') || word === '<files>'),
  fish: (words: string[]) =>
    outputOf(
      'fish',
      '--no-config',
      '-c',
      `source ${scripts.fish}; complete -C '${words.join(' ')}'`,
    )
      .map(line => line.split('\t')[0] ?? '')
      .map(word => (word === 'LICENSE' ? '<files>' : word)),
};

describe.each(['bash', 'zsh', 'fish'] as const)('completion of %s', shell => {
  it.runIf(is(shell)).each<[string[], string[]]>([
    [['darkroom', 'ta'], ['takedown']],
    [['darkroom', 'presets', 'ap'], ['apply']],
    [
      ['darkroom', 'takedown', '--d'],
      ['--dry-run', '--data'],
    ],
    [['darkroom', 'takedown', 'a.jpg', '--un'], ['--undo']],
    [['darkroom', 'backfill', '--source', 'i'], ['inventory']],
    [['darkroom', 'backfill', '--source', 'list', '--forc'], ['--force']],
    [['darkroom', 'presets', 'plan', '--cou'], ['--count-only']],
    [['darkroom', 'schema', 're'], ['ready']],
    [['darkroom', 'presets', 'schema', '--o'], ['--out']],
    [['darkroom', 'completion', 'z'], ['zsh']],
    [['darkroom', 'render', '--out', 'LICEN'], ['<files>']],
    [['darkroom', 'render', 'LICEN'], ['<files>']],
    [['darkroom', 'takedown', '--reason', 'LICEN'], []],
    [['darkroom', '--ver'], ['--version']],
  ])('offers for %j %j', (words, expected) => {
    expect(offered[shell](words).sort()).toEqual([...expected].sort());
  });
});

it('every command and every option has its word in each script', () => {
  const places = placesIn(whole);
  expect(places.length).toBeGreaterThan(25);
  for (const script of [bashScript(places), zshScript(places), fishScript(places)]) {
    for (const { path, options } of places) {
      expect(script).toContain(`'${path.includes('/') || path === '' ? path : `/${path}`}'`);
      for (const { name } of options) expect(script).toContain(name.slice(2));
    }
  }
});

import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { wholeProgram } from '../../../cli/commands.ts';
import { EXAMPLES } from '../../../cli/examples.ts';
import { newFolder } from '../../support/folders.ts';
import { askedBy, unknownIn, wordsOf } from '../../support/command-lines.ts';
import { darkroom } from '../../support/processes.ts';

const root = resolve(import.meta.dirname, '../../..');
let program: Command;
beforeAll(async () => {
  program = await wholeProgram();
});

function namesBelow(command: Command, name = ''): string[] {
  const own = name === '' ? [] : [name];
  const children = command.commands.map(child =>
    namesBelow(child, `${name} ${child.name()}`.trim()),
  );
  return [...own, ...children.flat()];
}

describe('the help of each command', () => {
  it('ends with two examples, and no command is left out', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(namesBelow(program).sort());
  });

  it.each(Object.entries(EXAMPLES))('%s has examples that it knows', (name, lines) => {
    expect(new Set(lines).size).toBe(2);
    for (const line of lines) {
      const words = wordsOf(line);
      expect(unknownIn(program, words)).toBeUndefined();
      const { command } = askedBy(program, words);
      const isOfIt = [command.name(), command.parent?.name()].includes(name.split(' ').at(-1));
      expect([line, isOfIt]).toEqual([line, true]);
    }
  });

  it('shows them, as they are typed', async () => {
    const { code, stdout } = await darkroom('takedown', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npx darkroom takedown \[options\]/);
    expect(stdout).toMatch(/\nExamples:\n( {2}npx darkroom takedown .*\n){2}$/);
  });

  it('says what --json prints: one line, or lines of something', () => {
    for (const name of namesBelow(program)) {
      const { command } = askedBy(program, name.split(' '));
      const json = command.options.find(({ long }) => long === '--json');
      if (json) expect(json.description).toMatch(/^(one line of JSON(: |$)|lines of JSON: one )/);
    }
  });
});

it('--version prints that of the package, and nothing else', async () => {
  for (const word of ['--version', '-V']) {
    expect(await darkroom(word)).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  }
});

it('without its packages says in one sentence how to have them', () => {
  const folder = newFolder();
  cpSync(join(root, 'cli/darkroom.mjs'), join(folder, 'cli/darkroom.mjs'));
  const done = spawnSync(process.execPath, [join(folder, 'cli/darkroom.mjs'), 'status'], {
    encoding: 'utf8',
  });
  expect([done.status, done.stdout, done.stderr]).toEqual([
    1,
    '',
    'darkroom: expected the packages of this folder, they are not installed: npm install\n',
  ]);
});

it.each(['bash', 'zsh', 'fish'])('completion %s prints a script', async shell => {
  const { code, stdout, stderr } = await darkroom('completion', shell);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('takedown');
});

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { wholeProgram } from '../../cli/commands.ts';
import { replyTo } from '../../shared/fc/miss-replies.ts';
import { askedBy, unknownIn, wordsOf } from '../support/command-lines.ts';

/** What people are told to type is held against the program that they type it for. */

const root = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const documents = [
  'README.md',
  'README.zh-CN.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'presets.yaml',
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map(path => `docs/${path}`)
    .filter(path => path.endsWith('.md')),
];

let program: Command;
beforeAll(async () => {
  program = await wholeProgram();
});

/** Spans between backticks, and the lines of blocks that a shell reads. */
function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(
    ([, block]) => block ?? '',
  );
  const prose = text.replace(/^ *```[\s\S]*?^ *```$/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
  return [...spans, ...blocks.flatMap(block => block.replaceAll('\\\n', ' ').split('\n'))];
}

/** The command lines of Darkroom in a piece of code: what stands behind its name, or begins with a command's own. */
function linesIn(code: string): string[] {
  const named = [...code.matchAll(/(?<![\w/.-])(?:npx )?darkroom ([a-z-].*)$/g)];
  const started = [...code.matchAll(/\bnpm start -- (.*)$/g)].map(([, line]) => `local ${line}`);
  const isOwn = program.commands.some(command => code.startsWith(`${command.name()} --`));
  return [...named.map(([, line]) => line ?? ''), ...started, ...(isOwn ? [code] : [])];
}

function problemsIn(text: string): string[] {
  const lines = codeIn(text).flatMap(linesIn);
  return lines.flatMap(line => {
    const problem = unknownIn(program, wordsOf(line));
    return problem === undefined ? [] : [`${line}: ${problem}`];
  });
}

const optionsOf = (command: Command): string[] => [
  ...command.options.map(({ long }) => long ?? ''),
  ...command.commands.flatMap(optionsOf),
];

/** Of the bench, which is no command of Darkroom's. */
const OF_OTHERS = ['--tuning', '--judged'];

describe.each(documents)('%s', document => {
  it('names only commands and options that there are', () => {
    expect(problemsIn(read(document))).toEqual([]);
  });

  it('names no option alone that no command has', () => {
    const known = new Set([...optionsOf(program), '--help', '--', ...OF_OTHERS]);
    const spans = codeIn(read(document)).filter(code => /^--[a-z]/.test(code));
    const names = spans.flatMap(span => wordsOf(span).filter(word => word.startsWith('--')));
    expect(names.map(name => name.split('=')[0]).filter(name => !known.has(name ?? ''))).toEqual(
      [],
    );
  });

  it('names only exit codes that there are', () => {
    const prose = read(document).replace(/^ *```[\s\S]*?^ *```$/gm, '');
    const said = [...prose.matchAll(EXIT)].map(([, code]) => Number(code));
    expect(said.filter(code => !exitCodes().has(code))).toEqual([]);
  });
});

const EXIT =
  /\b(?:[Ee]xit code(?: is)?|(?:ends?|exits?)(?: it| at once)? with) `?(\d+)\b(?! *(?:%|s\b|files|images))/g;

/** Those of docs/commands.md, which command-line.test.ts and edit.test.ts meet. */
function exitCodes(): Set<number> {
  const rows = [...read('docs/commands.md').matchAll(/^\| (\d+) \| (.*) \|$/gm)];
  const signals = rows.flatMap(([, , when = '']) => [...when.matchAll(/\((\d+): by SIG/g)]);
  return new Set([...rows, ...signals].map(([, code]) => Number(code)));
}

describe('what would be wrong', () => {
  it.each([
    ['`npx darkroom takeown KEY`', 'no command takeown'],
    ['`darkroom takedown KEY --dryrun`', 'no option --dryrun of takedown'],
    ['`presets apply`, `backfill --fore`', 'no option --fore of backfill'],
    ['```sh\nnpx darkroom presets aply plan.json   # --odd\n```', 'no command presets aply'],
    [
      '```sh\nurl=$(npx darkroom explain a.jpg --jsn) | jq --raw\n```',
      'no option --jsn of explain',
    ],
    ['`npm start -- --no-such`', 'no option --no-such of local'],
    ['`npx darkroom backfill --source lst`', 'no --source lst'],
  ])('is found: %j', (text, problem) => {
    expect(problemsIn(text)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ["`npx darkroom takedown users/1/a.jpg --reason 'court --odd order'`"],
    ['```sh\nreceive --all | npx darkroom replay - --json > out.txt --odd\n```'],
    ['`darkroom/client`, `darkroom-backfill --x`, `npm run build -- --x`'],
  ])('and nothing else is: %j', text => {
    expect(problemsIn(text)).toEqual([]);
  });
});

it('docs/commands.md has the exit codes that commands end with', () => {
  expect(exitCodes()).toEqual(new Set([0, 1, 130, 143]));
});

it('every command is named in README or in docs', () => {
  const all = documents.filter(name => !name.startsWith('CH')).flatMap(name => codeIn(read(name)));
  const named = new Set(
    all.flatMap(linesIn).map(line => {
      const words = wordsOf(line);
      const { rest } = askedBy(program, words);
      return words.slice(0, words.length - rest.length).join(' ');
    }),
  );
  const below = (command: Command, name: string): string[] =>
    command.commands.length === 0
      ? [name]
      : command.commands.flatMap(child => below(child, `${name} ${child.name()}`.trim()));
  expect(below(program, '').filter(name => !named.has(name))).toEqual([]);
});

describe('docs/commands.md', () => {
  const rows = [...read('docs/commands.md').matchAll(/^\| `([a-z ]+)` \| (one|lines)\b/gm)];

  it('says of each command what --json prints, as its help does', () => {
    const told = Object.fromEntries(rows.map(([, name = '', form]) => [name, form]));
    const printed: Record<string, string> = {};
    const look = (command: Command, name: string) => {
      const json = command.options.find(({ long }) => long === '--json');
      if (json) printed[name] = json.description.startsWith('one line of JSON') ? 'one' : 'lines';
      for (const child of command.commands) look(child, `${name} ${child.name()}`.trim());
    };
    look(program, '');
    expect(told).toEqual(printed);
  });
});

describe('docs/serving.md', () => {
  it('says of each answer to a miss how long it is kept', () => {
    const [, table = ''] =
      /^\| \| answer \| kept \|\n\| --- .*\n((?:\|.*\n)+)/m.exec(read('docs/serving.md')) ?? [];
    const told = table.split('\n').flatMap(row => {
      const [, , answer = '', kept = ''] = row.split('|').map(cell => cell.trim());
      return answer === '' ? [] : [`${/\d+/.exec(answer)?.[0]} ${kept.split(',')[0]}`];
    });
    const misses = [
      { found: 'file', bytes: Buffer.from(''), contentType: 'image/jpeg' },
      { found: 'moved', key: 'a' },
      { found: 'nothing' },
      { found: 'no-manifest' },
      { found: 'gone' },
      { found: 'taken-down' },
    ] as const;
    const served = [
      ...misses.map(miss => ({ served: 'miss' as const, miss })),
      { served: 'forbidden' as const },
      { served: 'unavailable' as const },
    ];
    const given = served.map(one => {
      const { status, headers } = replyTo(one);
      return `${status} ${keptFor(headers['cache-control'] ?? '')}`;
    });
    expect([...new Set(told)].sort()).toEqual([...new Set(given)].sort());
  });
});

function keptFor(cacheControl: string): string {
  if (cacheControl === 'no-store') return 'never';
  const [, seconds = ''] = /max-age=(\d+)/.exec(cacheControl) ?? [];
  return seconds === '31536000' ? 'a year' : `${seconds} s`;
}

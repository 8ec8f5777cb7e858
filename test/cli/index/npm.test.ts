import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from '../../support/folders.ts';
import { type Finished, programOf } from '../../support/processes.ts';

/** A package of this name with its scripts, so that the npm of this machine starts what was built. */
let folder: string;
beforeEach(() => {
  folder = newFolder();
  const [program = ''] = programOf('command');
  const script = `node ${program}`;
  const scripts = { darkroom: script, presets: `${script} presets`, start: `${script} local` };
  const bin = { darkroom: './darkroom.mjs' };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'darkroom',
      version: '1.0.0',
      scripts: { ...scripts, other: script },
      bin,
    }),
  );
  const shim = `#!/usr/bin/env node\nawait import(${JSON.stringify(program)});\n`;
  writeFileSync(join(folder, 'darkroom.mjs'), shim, { mode: 0o755 });
  // No platform there: what gets as far as that was not refused.
  mkdirSync(join(folder, 'data'));
});

const settings = (...lines: string[]) =>
  writeFileSync(join(folder, '.npmrc'), `${lines.join('\n')}\n`);

function run(
  program: 'npm' | 'npx',
  words: string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  // Nothing of the npm that runs the tests; npx links what it runs into its cache.
  const outside = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const own = { npm_config_cache: join(folder, 'cache'), npm_config_audit: 'false' };
  const options = { cwd: folder, env: { ...Object.fromEntries(outside), ...own, ...env } };
  return new Promise(resolve => {
    execFile(program, words, options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const lineIn = ({ stderr }: Finished) => /^darkroom: .*$/m.exec(stderr)?.[0] ?? stderr;
const NO_PLATFORM = 'expected a local platform in data (--data), there is none';

describe('options that npm keeps for itself', () => {
  it.each([
    [
      ['run', 'darkroom', 'takedown', 'a.jpg', '--dry-run'],
      'npx darkroom takedown a.jpg --dry-run ',
    ],
    [['run', 'darkroom', 'takedown', 'a.jpg', '--undo'], 'npx darkroom takedown a.jpg --undo '],
    [
      ['run', 'darkroom', 'takedown', 'a b.jpg', '--reason=court order'],
      "npx darkroom takedown 'a b.jpg' --reason='court order' ",
    ],
    [
      ['run', 'darkroom', 'takedown', 'a.jpg', '--reason', 'stolen'],
      'npx darkroom takedown … --reason <text> ',
    ],
    [
      ['run', 'darkroom', 'takedown', 'a.jpg', '--by', 'me'],
      'npx darkroom takedown … --by <name> ',
    ],
    [
      ['run', 'darkroom', 'backfill', '--dry-run', '--force'],
      'npx darkroom backfill --force --dry-run ',
    ],
    [['run', 'darkroom', 'backfill', '--no-wait'], 'npx darkroom backfill --no-wait '],
    [['run', 'darkroom', 'status', '--json'], 'npx darkroom status --json '],
    [['run', 'presets', 'plan', '--count-only'], 'npx darkroom presets plan --count-only '],
    [['run', 'presets', 'plan', '--out', 'p.json'], 'npx darkroom presets plan … --out <file> '],
    [['start', '--no-seed'], 'npx darkroom local --no-seed '],
    [['exec', 'darkroom', 'backfill', '--stale'], 'npx darkroom backfill --stale '],
  ])('are refused before anything is done: npm %j', async (words, line) => {
    const done = await run('npm', words);
    expect(done.code).toBe(1);
    expect(lineIn(done)).toContain(' for itself, and nothing was done. Type: ');
    expect(lineIn(done)).toContain(line);
  });

  it('are refused with the variable that is to be unset, where the environment has it on purpose', async () => {
    const done = await run('npx', ['darkroom', 'backfill'], { npm_config_force: 'true' });
    expect([done.code, lineIn(done)]).toEqual([
      1,
      expect.stringContaining('unset npm_config_force'),
    ]);
  });
});

describe('options that npm passes on, and settings of its own,', () => {
  const there = ['--yes', '--data', 'data'];

  it.each([
    ['npm', ['run', 'darkroom', '--', 'takedown', 'a.jpg', '--dry-run', ...there]],
    ['npm', ['run', '--silent', 'darkroom', '--', 'verify', '--json', ...there]],
    ['npx', ['darkroom', 'takedown', 'a.jpg', '--dry-run', ...there]],
    ['npx', ['--yes', 'darkroom', 'backfill', '--prefix', 'users/1/', '--force', ...there]],
    ['npm', ['exec', '--', 'darkroom', 'backfill', '--force', ...there]],
    ['npm', ['--prefix', '.', 'run', 'darkroom', '--', 'backfill', ...there]],
  ] as const)('are not refused: %s %j', async (program, words) => {
    expect(lineIn(await run(program, [...words]))).toContain(NO_PLATFORM);
  });

  it.each(['takedown a.jpg', 'backfill', 'moderate', 'verify --sample 3'])(
    'are not refused with %s where an .npmrc has them, or CI sets them',
    async command => {
      settings('force=true', 'json = true', 'dry-run=true', 'yes=false', 'all=true', 'limit=3');
      const env = { NPM_CONFIG_FORCE: 'true', npm_config_loglevel: 'warn', npm_config_yes: 'true' };
      const words = ['run', 'darkroom', '--', ...command.split(' '), ...there];
      expect(lineIn(await run('npm', words, { ...env, CI: 'true' }))).toContain(NO_PLATFORM);
    },
  );

  it('are not refused where npm runs a script of somebody else, which calls this', async () => {
    const words = ['run', 'other', '--force', '--', 'backfill', ...there];
    expect(lineIn(await run('npm', words))).toContain(NO_PLATFORM);
  });
});

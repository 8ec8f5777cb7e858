import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { wholeProgram } from '../../../cli/commands.ts';
import { deploymentIn } from '../../../cli/cloud/deployment.ts';
import { unknownIn } from '../../support/command-lines.ts';
import { newFolder } from '../../support/folders.ts';
import { darkroom, programOf } from '../../support/processes.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
beforeEach(() => {
  folder = join(newFolder(), "my 'first' photos");
});

const FILES = [
  '.env.example',
  '.gitignore',
  'photo.jpg',
  'presets.schema.json',
  'presets.yaml',
  'upload.mjs',
];
const made = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('darkroom init', () => {
  it('makes a folder, names each of its files, and says what to type next', async () => {
    const { code, stdout, stderr } = await darkroom('init', folder, '--data', '/tmp/a $& b');
    expect([code, stderr]).toEqual([0, '']);
    expect(readdirSync(folder).sort()).toEqual(FILES);
    const named = [...stdout.matchAll(/^ {2}(\S+) {2,}\S/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(FILES);
    const program = await wholeProgram();
    const typed = next(stdout);
    expect(typed).toEqual([
      ['npx', 'darkroom', 'presets', 'check', join(folder, 'presets.yaml')],
      ['npm', 'start', '--', '--presets', join(folder, 'presets.yaml'), '--data', '/tmp/a $& b'],
      ['node', join(folder, 'upload.mjs')],
    ]);
    expect(unknownIn(program, typed[0]?.slice(2) ?? [])).toBeUndefined();
    expect(unknownIn(program, ['local', ...(typed[1]?.slice(3) ?? [])])).toBeUndefined();
  });

  const next = (stdout: string) =>
    stdout
      .split('\n')
      .filter(line => /^ {2}(cd|npx|npm|node) /.test(line))
      .map(line => wordsAsTyped(line));

  it('and what to type from another folder leads to this one, where npx and npm know Darkroom', async () => {
    const cwd = realpathSync(newFolder());
    const program = [...programOf('command'), 'init', '--', '-x'];
    const stdout = execFileSync(process.execPath, program, { cwd, encoding: 'utf8' });
    const list = join(cwd, '-x/presets.yaml');
    expect(next(stdout)).toEqual([
      ['cd', root],
      ['npx', 'darkroom', 'presets', 'check', list],
      ['npm', 'start', '--', '--presets', list, '--data', join(cwd, '.darkroom')],
      ['node', join(cwd, '-x/upload.mjs')],
    ]);
  });

  /** As a shell reads them. */
  const wordsAsTyped = (line: string) =>
    execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);

  it('makes a list that is in order, with the schema that its first line names', async () => {
    await darkroom('init', folder);
    const { code, stdout } = await darkroom('presets', 'check', join(folder, 'presets.yaml'));
    expect([code, stdout]).toEqual([0, expect.stringContaining('is in order')]);
    expect(made('presets.yaml')).toMatch(/^# .*\$schema=\.\/presets\.schema\.json\n/);
    expect(made('presets.schema.json')).toBe(
      readFileSync(join(root, 'presets.schema.json'), 'utf8'),
    );
  });

  it('makes a photo that can be looked at, and a script that knows the platform from anywhere', async () => {
    await darkroom('init', folder, '--data', '/tmp/a $& "b"');
    expect(await sharp(join(folder, 'photo.jpg')).metadata()).toMatchObject({ format: 'jpeg' });
    expect(made('upload.mjs')).toContain(`const DATA = "/tmp/a $& \\"b\\"";\n`);
    const path = { PATH: process.env.PATH };
    const done = spawnSync('node', [join(folder, 'upload.mjs')], { cwd: newFolder(), env: path });
    expect(String(done.stderr)).toMatch(
      /^upload\.mjs: expected a local platform in \/tmp\/a \$& "b", there is none: .*\n$/,
    );
  });

  it('makes settings without a secret, which the commands read, and keeps those that are filled in out of git', async () => {
    await darkroom('init', folder);
    const lines = made('.env.example')
      .split('\n')
      .filter(line => /^[A-Z]/.test(line));
    const settings = Object.fromEntries(lines.map(line => line.split('=') as [string, string]));
    const filled = Object.values(settings).filter(value => value !== '');
    expect(filled).toEqual(['cn-hangzhou']);
    const missing = () => deploymentIn(settings);
    expect(missing).toThrow(/missing or wrong: (\w+(, )?)+/);
    const values = Object.keys(settings).map((name, index) => [
      name,
      settings[name] || `value-${index}`,
    ]);
    expect(deploymentIn(Object.fromEntries(values)).names.originals).toMatch(/^value-/);
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    writeFileSync(join(folder, '.env'), 'ALIBABA_CLOUD_ACCESS_KEY_SECRET=hush');
    execFileSync('git', ['add', '--all'], { cwd: folder });
    const kept = execFileSync('git', ['ls-files'], { cwd: folder, encoding: 'utf8' });
    expect(kept.trim().split('\n').sort()).toEqual(FILES);
  });

  it('writes over nothing: one sentence, exit code 1, and all is as it was', async () => {
    await darkroom('init', folder);
    writeFileSync(join(folder, 'presets.yaml'), 'mine');
    const { code, stdout, stderr } = await darkroom('init', folder);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^darkroom: expected a new folder, or one without these files, .* has presets\.yaml, .*: nothing was written\n$/,
    );
    expect(made('presets.yaml')).toBe('mine');
  });
});

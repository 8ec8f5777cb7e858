import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { newFolder } from '../../support/folders.ts';
import { starfishPhoto } from '../../support/originals.ts';
import { SMALL } from '../../support/preset-lists.ts';
import { darkroom, onTerminal } from '../../support/processes.ts';

describe('darkroom render', () => {
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
    mkdirSync(join(folder, 'in/sub'), { recursive: true });
    cpSync(starfishPhoto, join(folder, 'in/海星 1.jpg'));
    cpSync(starfishPhoto, join(folder, 'in/sub/b.jpg'));
    writeFileSync(join(folder, 'presets.yaml'), SMALL);
  });

  const render = (...words: string[]) =>
    darkroom(
      'render',
      ...words,
      '--out',
      join(folder, 'out'),
      '--presets',
      join(folder, 'presets.yaml'),
    );

  it('develops a folder and says so, one line of JSON for each picture', async () => {
    const { code, stdout } = await render(join(folder, 'in'), '--json');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.map(line => line.manifest.original.key)).toEqual(['sub/b.jpg', '海星 1.jpg']);
    expect(lines[0].spent).toMatchObject({ decodes: 1, peakMemoryMB: expect.any(Number) });
    expect(lines[0].spent.milliseconds.encode).toBeGreaterThan(0);
    for (const variant of lines[0].manifest.variants) {
      const { width, height, format } = await sharp(join(folder, 'out', variant.key)).metadata();
      expect({ width, height, format }).toEqual({
        width: variant.width,
        height: variant.height,
        format: variant.format,
      });
    }
  });

  it('does not let one bad picture stop the others, and exits with 1', async () => {
    writeFileSync(join(folder, 'in/a-text.jpg'), 'not a picture');
    const { code, stdout } = await render(join(folder, 'in'), '--json');
    expect(code).toBe(1);
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({
      path: join(folder, 'in/a-text.jpg'),
      error: { code: 'ORIGINAL_UNSUPPORTED', message: expect.stringMatching(/^expected a JPEG/) },
    });
    expect(lines[1].manifest.complete).toBe(true);
  });

  it.runIf(process.platform === 'linux')(
    'tells every picture on a terminal too, above its bar',
    async () => {
      const list = ['--presets', join(folder, 'presets.yaml')];
      const words = ['render', join(folder, 'in'), '--out', join(folder, 'out'), ...list];
      const { code, shown } = await onTerminal({}, ...words);
      expect(code).toBe(0);
      for (const name of ['海星 1.jpg', 'sub/b.jpg'])
        expect(shown).toContain(`in/${name}  1278x720`);
      expect(shown).toContain('2/2');
    },
  );

  it('makes nothing twice', async () => {
    await render(join(folder, 'in/sub/b.jpg'));
    const { stdout } = await render(join(folder, 'in/sub/b.jpg'), '--json');
    expect(JSON.parse(stdout).spent).toMatchObject({ decodes: 0, bytesWritten: 0 });
  });

  it('leaves alone what no rule asks for', async () => {
    mkdirSync(join(folder, 'in/docs'));
    cpSync(starfishPhoto, join(folder, 'in/docs/c.jpg'));
    const { code, stdout } = await render(join(folder, 'in'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/- .*c\.jpg {2}no rule of the preset list asks for it/);
    expect(existsSync(join(folder, 'out/docs'))).toBe(false);
  });

  it('leaves out of a folder what is no picture by name and bytes, and counts it', async () => {
    cpSync(starfishPhoto, join(folder, 'in/.png'));
    cpSync(starfishPhoto, join(folder, 'in/no-name'));
    mkdirSync(join(folder, 'in/.git'));
    cpSync(starfishPhoto, join(folder, 'in/.git/d.jpg'));
    for (const name of ['.DS_Store', 'notes.md', 'sub/._b.jpg'])
      writeFileSync(join(folder, 'in', name), 'not a picture');
    const { code, stdout } = await render(join(folder, 'in'));
    expect(code).toBe(0);
    for (const name of ['.png', 'no-name', 'sub/b.jpg'])
      expect(stdout).toContain(`✓ ${join(folder, 'in', name)}  1278x720`);
    expect(stdout).not.toContain('.git');
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^3 files left out: no pictures/);
    expect((await render(join(folder, 'in'), '--all')).stdout).toContain('✗');
  });

  it('takes no picture of its own making for an original', async () => {
    await darkroom('render', join(folder, 'in'), '--out', join(folder, 'in/out'));
    const { stdout } = await darkroom(
      'render',
      join(folder, 'in'),
      '--out',
      join(folder, 'in/out'),
      '--json',
    );
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });

  it.each([
    [
      'a path that is not there',
      ['/nowhere/a.jpg'],
      /expected a picture or a folder at \/nowhere\/a\.jpg, there is no such file\n$/,
    ],
    ['two pictures of one name', ['in/sub/b.jpg', 'in/sub'], /received b\.jpg twice/],
  ])('refuses %s in one sentence', async (_, paths, sentence) => {
    const { code, stderr } = await render(
      ...paths.map(path => (path.startsWith('/') ? path : join(folder, path))),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses an --out that is a file, once for all pictures', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const list = ['--presets', join(folder, 'presets.yaml')];
    const done = await darkroom('render', join(folder, 'in'), '--out', file, ...list);
    expect(done).toEqual({
      code: 1,
      stdout: '',
      stderr: `darkroom: expected a folder at ${file} (--out), it is a file\n`,
    });
  });

  it('cuts by the focus that is given, and refuses one that cannot be read', async () => {
    writeFileSync(
      join(folder, 'presets.yaml'),
      SMALL.replace('fit: cover,', 'fit: cover, gravity: attention,'),
    );
    const file = join(folder, 'in/sub/b.jpg');
    const { stdout } = await render(file, '--json', '--focus', '0.9,0.5');
    expect(JSON.parse(stdout).manifest).toMatchObject({
      original: { focus: { x: 900, y: 500 } },
      focus: { thumb: { left: 437, top: 0, width: 563, height: 1000 } },
    });
    const { code, stderr } = await render(file, '--focus', '90,50');
    expect(code).toBe(1);
    expect(stderr).toMatch(/'90,50' is invalid\. expected two shares from 0 to 1/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a preset list with all that is wrong with it', async () => {
    writeFileSync(join(folder, 'presets.yaml'), 'version: 1\nrules: []\n');
    const { code, stderr } = await render(join(folder, 'in'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/presets\.yaml:2:8 rules: expected at least 1, received \[\]/);
  });
});

describe('darkroom presets', () => {
  it('check finds the default list in order', async () => {
    expect(await darkroom('presets', 'check')).toMatchObject({
      code: 0,
      stdout:
        'presets.yaml is in order: 7 presets, 32 files, 3 rules; no original takes more than 59 s, by estimate\n',
    });
  });

  it.each([[''], ['# nothing yet\n']])('check of an empty list says so: %j', async text => {
    const file = join(newFolder(), 'empty.yaml');
    writeFileSync(file, text);
    const { code, stderr } = await darkroom('presets', 'check', file);
    expect([code, stderr]).toEqual([
      1,
      `darkroom: ${file} is not in order\n${file}:1:1 expected a preset list, the file is empty\n`,
    ]);
  });

  it('check of a file that is not there is one sentence', async () => {
    const { code, stderr } = await darkroom('presets', 'check', 'nowhere.yaml');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'darkroom: expected a preset list at nowhere.yaml, there is no such file\n',
    );
  });

  it('schema is the one that the default list names', async () => {
    const { stdout } = await darkroom('presets', 'schema');
    expect(stdout).toBe(readFileSync('presets.schema.json', 'utf8'));
  });
});

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeNew } from '../../../cli/init/new-folder.ts';
import { newFolder } from '../../support/folders.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
});

const TOO_LONG = 'b'.repeat(300);

describe('new files are written all together', () => {
  it('into a folder that is made with those above it', async () => {
    await writeNew(join(folder, 'a/b'), { x: 'text', y: Buffer.from([0, 255]) });
    expect(readFileSync(join(folder, 'a/b/x'), 'utf8')).toBe('text');
    expect([...readFileSync(join(folder, 'a/b/y'))]).toEqual([0, 255]);
  });

  it('beside what is there, which stays', async () => {
    writeFileSync(join(folder, 'own'), 'mine');
    await writeNew(folder, { x: 'text' });
    expect(readdirSync(folder).sort()).toEqual(['own', 'x']);
    expect(readFileSync(join(folder, 'own'), 'utf8')).toBe('mine');
  });

  it('or not at all where one of them is there, and all that are there are named', async () => {
    writeFileSync(join(folder, 'y'), 'mine');
    mkdirSync(join(folder, 'z'));
    await expect(writeNew(folder, { x: '1', y: '2', z: '3' })).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: `expected a new folder, or one without these files, ${folder} has y, z: nothing was written`,
    });
    expect(readdirSync(folder).sort()).toEqual(['y', 'z']);
    expect(readFileSync(join(folder, 'y'), 'utf8')).toBe('mine');
  });

  it('or not at all where one is a link that leads nowhere, which is not followed', async () => {
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'y'));
    await expect(writeNew(folder, { x: '1', y: '2' })).rejects.toThrow(
      / has y: nothing was written$/,
    );
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
    expect(readdirSync(folder)).toEqual(['y']);
  });

  it('or not at all where the last of them cannot be written: files and folders go again', async () => {
    await expect(writeNew(join(folder, 'a/b'), { x: '1', [TOO_LONG]: '2' })).rejects.toThrow(
      `expected to write in ${join(folder, 'a/b')}, the file system refused (ENAMETOOLONG): nothing was written`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('or not at all where somebody else writes into the folder meanwhile: theirs stays, and the sentence is ours', async () => {
    const made = join(folder, 'a/b');
    const files = {
      x: '1',
      get [TOO_LONG]() {
        writeFileSync(join(made, 'theirs'), 'theirs');
        return '2';
      },
    };
    await expect(writeNew(made, files)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringMatching(/ refused \(ENAMETOOLONG\): nothing was written$/),
    });
    expect(readdirSync(made)).toEqual(['theirs']);
  });

  it('and what cannot be removed again is named', async () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    async function* meanwhile() {
      rmSync(join(folder, 'x'));
      mkdirSync(join(folder, 'x'));
      yield 'half';
      throw full;
    }
    const files = { x: '1', y: meanwhile() as never };
    await expect(writeNew(folder, files)).rejects.toThrow(
      `refused (ENOSPC): left behind: ${join(folder, 'x')}`,
    );
    expect(readdirSync(folder)).toEqual(['x']);
  });

  it.each([
    ['below a file', 'file/a', 'ENOTDIR'],
    ['in place of a file', 'file', 'ENOTDIR'],
    ['where no name can be so long', join('a/b', TOO_LONG), 'ENAMETOOLONG'],
  ])('or not at all %s', async (_, place, code) => {
    writeFileSync(join(folder, 'file'), 'mine');
    await expect(writeNew(join(folder, place), { x: '1' })).rejects.toThrow(`refused (${code})`);
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
  });
});

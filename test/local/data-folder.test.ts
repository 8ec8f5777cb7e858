import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { holdFolder } from '../../local/data-folder.ts';
import { newFolder } from '../support/folders.ts';

async function mode(...path: string[]): Promise<string> {
  return ((await stat(join(...path))).mode & 0o777).toString(8);
}

test('a new data folder is for its owner alone', async () => {
  const folder = join(newFolder(), 'deep', 'data');
  const release = await holdFolder(folder, false);
  for (const name of ['.', 'oss', 'queue', 'destinations']) {
    expect(await mode(folder, name)).toBe('700');
  }
  await release();
});

test('one that was open to others is shut, with all it has', async () => {
  const folder = newFolder();
  await mkdir(join(folder, 'oss'));
  await writeFile(join(folder, 'credentials.json'), '{}');
  for (const name of ['.', 'oss']) await chmod(join(folder, name), 0o755);
  await (await holdFolder(folder, false))();
  expect([await mode(folder), await mode(folder, 'oss')]).toEqual(['700', '700']);
});

test('a folder with other things in it stays as open as it was, but not what the platform keeps there', async () => {
  const folder = newFolder();
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'thesis.txt'), 'mine');
  await (await holdFolder(folder, true))();
  expect([await mode(folder), await mode(folder, 'oss')]).toEqual(['755', '700']);
  expect(await readdir(folder)).toContain('thesis.txt');
});

test('a platform that ends takes with it where it could be found', async () => {
  const folder = newFolder();
  const release = await holdFolder(folder, false);
  await writeFile(join(folder, 'platform.json'), '{}');
  await release();
  expect((await readdir(folder)).sort()).toEqual(['destinations', 'oss', 'queue']);
});

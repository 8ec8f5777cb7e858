import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { changedOf, isUpToDate, stampsOf } from '../../local/kept-build.ts';
import { newFolder } from '../support/folders.ts';

it.each<[string, string[], (folder: string) => void]>([
  ['nothing', [], () => undefined],
  ['a file of another length', ['a.ts'], folder => writeFileSync(join(folder, 'a.ts'), 'longer')],
  ['a file written again', ['a.ts'], folder => utimesSync(join(folder, 'a.ts'), 1, 2)],
  ['a file that is gone', ['a.ts'], folder => rmSync(join(folder, 'a.ts'))],
  ['a file where there was none', ['b.ts'], folder => writeFileSync(join(folder, 'b.ts'), '')],
  ['a name more in a folder', ['in'], folder => mkdirSync(join(folder, 'in/one'))],
])('a build is out of date by %s', async (_, changed, change) => {
  const folder = newFolder();
  writeFileSync(join(folder, 'a.ts'), 'a');
  mkdirSync(join(folder, 'in'));
  utimesSync(join(folder, 'in'), 1, 1);
  const inputs = await stampsOf(['a.ts', 'b.ts', 'in'], folder);
  change(folder);
  expect(await changedOf(inputs, folder)).toEqual(changed);
});

it.each<[string, boolean, (kept: string) => void]>([
  ['as it was built is taken', true, () => undefined],
  [
    'that somebody emptied is not',
    false,
    kept => rmSync(join(kept, 'of-1/sweep'), { recursive: true }),
  ],
  ['that somebody removed is not', false, kept => rmSync(join(kept, 'of-1'), { recursive: true })],
  [
    'with a file cut off is not',
    false,
    kept => writeFileSync(join(kept, 'of-1/sweep/index.mjs'), ''),
  ],
])('a kept build %s', async (_, isTaken, change) => {
  const [within, kept] = [newFolder(), newFolder()];
  writeFileSync(join(within, 'a.ts'), 'a');
  mkdirSync(join(kept, 'of-1/sweep'), { recursive: true });
  writeFileSync(join(kept, 'of-1/sweep/index.mjs'), 'bundled');
  const outputs = await stampsOf(['sweep/index.mjs'], join(kept, 'of-1'));
  const latest = { folder: 'of-1', inputs: await stampsOf(['a.ts'], within), outputs };
  change(kept);
  expect(await isUpToDate(latest, { within, kept })).toBe(isTaken);
});

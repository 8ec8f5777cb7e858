import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { manifestSchema } from '../../../../shared/core/set/manifest.ts';
import { newFolder } from '../../../support/folders.ts';
import { programOf } from '../../../support/processes.ts';

let folder: string;
beforeEach(() => {
  folder = newFolder();
  mkdirSync(join(folder, 'in'));
  for (const key of ['killer.jpg', 'killer-2.jpg', 'a.jpg', 'b.jpg']) {
    writeFileSync(join(folder, 'in', key), `jpeg 1600x1200 ${key}`);
  }
});

const deliver = (attempt: number, ...keys: string[]) =>
  spawnSync(
    process.execPath,
    [
      ...programOf('aborting-run'),
      join(folder, 'in'),
      join(folder, 'out'),
      String(attempt),
      ...keys,
    ],
    { encoding: 'utf8' },
  );

const manifestOf = (key: string) =>
  manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'out', key, 'manifest.json'), 'utf8')));

it('a picture that aborts the process ends as a recorded failure, and is left alone then', () => {
  for (const attempt of [0, 1, 2]) expect(deliver(attempt, 'killer.jpg').signal).toBe('SIGABRT');
  const blamed = deliver(3, 'killer.jpg');
  expect(JSON.parse(blamed.stdout)).toMatchObject({ outcome: 'failed' });
  expect(manifestOf('killer.jpg')).toMatchObject({
    complete: false,
    failure: { code: 'ORIGINAL_CRASHED' },
    variants: [],
  });
  const { status, stdout } = deliver(0, 'killer.jpg');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'settled' });
});

it('a batch with two of them comes to its end, and nothing is recorded against the others', () => {
  const keys = ['a.jpg', 'killer.jpg', 'killer-2.jpg', 'b.jpg'];
  for (const attempt of [0, 1, 2, 3, 4]) {
    expect(deliver(attempt, ...keys).signal).toBe('SIGABRT');
  }
  const { stdout } = deliver(5, ...keys);
  expect(JSON.parse(stdout)).toMatchObject({
    originals: 4,
    outcomes: { settled: 2, failed: 1, developed: 1 },
  });
  expect(keys.filter(key => manifestOf(key).complete)).toEqual(['a.jpg', 'b.jpg']);
}, 30_000);

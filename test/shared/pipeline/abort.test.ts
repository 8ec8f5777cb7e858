import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manifestSchema } from '../../../shared/core/manifest.ts';

const script = fileURLToPath(new URL('../../support/aborting-run.ts', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-abort-'));
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/killer.jpg'), 'jpeg 1600x1200');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const deliver = (attempt: number) =>
  spawnSync(
    process.execPath,
    ['--import', 'tsx', script, join(folder, 'in'), join(folder, 'out'), String(attempt)],
    { encoding: 'utf8' },
  );

it('a picture that aborts the process ends as a recorded failure, and is left alone then', () => {
  for (const attempt of [0, 1, 2]) expect(deliver(attempt).signal).toBe('SIGABRT');
  const manifest = readFileSync(join(folder, 'out/killer.jpg/manifest.json'), 'utf8');
  expect(manifestSchema.parse(JSON.parse(manifest))).toMatchObject({
    complete: false,
    failure: { code: 'ORIGINAL_UNDECODABLE' },
    variants: [],
  });
  const { status, stdout } = deliver(3);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ outcome: 'settled' });
});

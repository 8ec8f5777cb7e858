import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adminTokenIn, TOKEN_FILE } from '../../../../local/oss-server/admin/token.ts';
import { newFolder } from '../../../support/folders.ts';

test('the token is made once, kept, and for its owner alone', async () => {
  const directory = newFolder();
  const token = await adminTokenIn(directory);
  expect(token.length).toBeGreaterThanOrEqual(32);
  expect(await adminTokenIn(directory)).toBe(token);
  expect((await stat(join(directory, TOKEN_FILE))).mode & 0o777).toBe(0o600);
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localPlatformIn } from '../../../cli/cloud/local-platform.ts';

const nobody = 'http://127.0.0.1:1';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-place-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function leave(pid: number): void {
  const place = {
    pid,
    oss: { endpoint: nobody, region: 'oss-cn-hangzhou' },
    buckets: { originals: 'originals', derivatives: 'derivatives', config: 'config' },
    fc: { endpoint: nobody, accountId: '1', region: 'cn-hangzhou' },
    cdn: nobody,
    cdnApi: nobody,
  };
  const credentials = { accessKeyId: 'a', accessKeySecret: 's' };
  writeFileSync(join(folder, 'platform.json'), JSON.stringify(place));
  writeFileSync(join(folder, 'credentials.json'), JSON.stringify(credentials));
}

describe('a local platform', () => {
  it('is found by its folder while its process runs', async () => {
    leave(process.pid);
    await expect(localPlatformIn(folder)).resolves.toMatchObject({ cdnDomain: nobody });
  });

  it('is none once its process is gone, however it ended', async () => {
    leave(spawnSync(process.execPath, ['--version']).pid);
    await expect(localPlatformIn(folder)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining('there is none: start one with npm start'),
    });
  });
});

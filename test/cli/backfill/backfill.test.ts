import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ossStore } from '../../../shared/adapters/oss/store.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { RUNS, runSchema } from '../../../shared/core/work/run.ts';
import { objectsIn } from '../../../shared/pipeline/stored-set.ts';
import { testDarkroom } from '../../support/darkrooms.ts';
import { credentials, localOss } from '../../support/local-oss.ts';
import { darkroom } from '../../support/processes.ts';

let folder: string;
let server: Awaited<ReturnType<typeof localOss>>;
const config = () => ossStore('config', server.connection);

/** A platform's folder over a bare OSS server: nobody takes what is handed over. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-backfill-'));
  server = await localOss(['originals', 'derivatives', 'config']);
  const nobody = { endpoint: 'http://127.0.0.1:1', accountId: '1', region: 'cn-hangzhou' };
  const place = {
    oss: { endpoint: server.endpoint, region: server.connection.region },
    buckets: { originals: 'originals', derivatives: 'derivatives', config: 'config' },
    fc: nobody,
    cdn: nobody.endpoint,
    cdnApi: nobody.endpoint,
  };
  writeFileSync(join(folder, 'platform.json'), JSON.stringify(place));
  writeFileSync(join(folder, 'credentials.json'), JSON.stringify(credentials));
  const list = await testDarkroom().listInForce.current();
  const inForce = { schema: 1, ...list, etag: 'E', promotedAt: '2026-11-23T10:00:00.000Z' };
  const attributes = { contentType: 'application/json', cacheControl: '' };
  await config().put(IN_FORCE_KEY, Buffer.from(JSON.stringify(inForce)), attributes);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a backfill of an empty bucket is done, though nobody waits', async () => {
  const { code, stdout, stderr } = await darkroom('backfill', '--no-wait', '--data', folder);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Done\.$/m);
  const runs: string[] = [];
  for await (const { key } of objectsIn(config().list(RUNS))) {
    if (!key.endsWith('/run.json')) continue;
    const text = (await config().get(key))?.bytes.toString() ?? '';
    runs.push(runSchema.parse(JSON.parse(text)).phase);
  }
  expect(runs).toEqual(['done']);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ossStore } from '../../../shared/adapters/oss/store.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { RUNS, runSchema } from '../../../shared/core/work/run.ts';
import { objectsIn } from '../../../shared/pipeline/stored-set.ts';
import { testDarkroom } from '../../support/darkrooms.ts';
import { credentials, localOss } from '../../support/local-oss.ts';
import { darkroom, onTerminal } from '../../support/processes.ts';

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

const runs = async () => {
  const keys: string[] = [];
  for await (const { key } of objectsIn(config().list(RUNS))) keys.push(key);
  return keys;
};

describe('a backfill that nobody agreed to', () => {
  it.each([['backfill'], ['backfill', '--prefix', 'a/'], ['backfill', '--force'], ['moderate']])(
    'is refused where there is no terminal to ask in: %s %s',
    async (...words) => {
      const { code, stdout, stderr } = await darkroom(...words, '--data', folder);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toBe(
        'darkroom: expected --yes, since there is no terminal to ask in; nothing was done: --dry-run shows what it would do\n',
      );
      expect(await runs()).toEqual([]);
    },
  );

  it.runIf(process.platform === 'linux').each([
    ['n\n', 1, 'Nothing was done.'],
    ['\n', 1, 'Nothing was done.'],
    ['\u0004', 1, 'Nothing was done.'],
    ['\u0003', 130, '^C'],
  ])('does nothing after the answer %j', async (answer, exitCode, said) => {
    const words = ['backfill', '--force', '--data', folder];
    const { code, shown } = await onTerminal({ answer, columns: 200 }, ...words);
    expect(code).toBe(exitCode);
    expect(shown).toContain(
      `On the local platform in ${folder}: 0 of 0 originals would be handed over, for up to 0 files. All are rendered anew, also what is there.\nHand them over? [y/N]`,
    );
    expect(shown).toContain(said);
    expect(await runs()).toEqual([]);
  });

  it('says what it would do without being asked', async () => {
    const { code, stdout } = await darkroom('backfill', '--dry-run', '--data', folder);
    expect([code, stdout]).toEqual([
      0,
      '0 of 0 originals would be handed over, for up to 0 files\n',
    ]);
  });
});

it('a backfill of an empty bucket is done, though nobody waits', async () => {
  const { code, stdout, stderr } = await darkroom(
    'backfill',
    '--yes',
    '--no-wait',
    '--data',
    folder,
  );
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

it.runIf(process.platform === 'linux')('a backfill that is agreed to is carried out', async () => {
  const before = (await runs()).length;
  const words = ['backfill', '--prefix', 'a/', '--no-wait', '--data', folder];
  const { code, shown } = await onTerminal({ answer: 'y\n' }, ...words);
  expect([code, shown]).toEqual([0, expect.stringMatching(/^Done\.$/m)]);
  expect((await runs()).length).toBeGreaterThan(before);
});

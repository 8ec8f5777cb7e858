import { expect, it, onTestFinished } from 'vitest';
import { startOssServer } from '../../../../local/oss-server/server.ts';
import { openRole } from '../../../../local/roles.ts';
import { ossMayWrite, ossTellsMissing } from '../../../../shared/adapters/oss/store.ts';
import { newFolder } from '../../../support/folders.ts';

/** The originals, seen by a role with these rights. */
async function roleWith(...actions: string[]) {
  const grants = actions.map(action => `oss:${action} acs:oss:*:*:originals/*`);
  const { credential } = openRole('test', [...grants, 'oss:Nothing nothing']);
  const region = 'oss-cn-hangzhou';
  const { endpoint, close } = await startOssServer({
    dataDir: newFolder(),
    port: 0,
    region,
    credentials: [credential],
    buckets: ['originals'],
  });
  onTestFinished(() => close());
  return { region, endpoint, pathStyle: true, credentials: credential };
}

it.each<[string, string[], boolean]>([
  ['may read is told what is not there, though it may not list', ['GetObject'], true],
  ['may do nothing is told nothing', [], false],
])('a role that %s', async (_, actions, expected) => {
  expect(await ossTellsMissing('originals', await roleWith(...actions))).toBe(expected);
});

it.each<[string, string[], boolean]>([
  ['may write is found out', ['PutObject'], true],
  ['may only read is not taken for one that may write', ['GetObject'], false],
])('a role that %s', async (_, actions, expected) => {
  expect(await ossMayWrite('originals', await roleWith(...actions))).toBe(expected);
});

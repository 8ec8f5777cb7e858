import { afterAll, beforeAll, expect, it } from 'vitest';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import { adminOf } from '../support/oss-admin.ts';
import { type RunningPlatform, startedPlatform } from '../support/platform.ts';

let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startedPlatform(newFolder(), '--faults');
});
afterAll(async () => {
  await platform.stop();
});

it('a photo is developed through a store that refuses some of its files', async () => {
  const { faults } = adminOf(platform.ready);
  const refusal = { kind: 'error', code: 'ServiceUnavailable', times: 3 } as const;
  await faults.set([
    { ...refusal, method: 'PUT', bucket: 'derivatives', key: '**' },
    { ...refusal, method: 'GET', bucket: 'originals', times: 1, when: 'after' },
  ]);
  await platform.bucket('originals').put('sea/starfish.jpg', starfishPhoto);
  const manifest = await platform.manifest('sea/starfish.jpg');
  expect(manifest.complete).toBe(true);
  expect(await faults.hits()).toEqual([3, 1]);
});

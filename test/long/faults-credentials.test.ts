import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Happening } from '../../local/function-host/invocation.ts';
import { buckets, type Platform, startPlatform } from '../../local/platform.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/core/set/manifest.ts';
import { TINY } from '../support/bulk.ts';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import { adminOf, type OssAdmin } from '../support/oss-admin.ts';
import { patiently } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';

const FUNCTION = 'darkroom-on-object-changed';
const HOUR_MS = 3_600_000;

const dataDir = newFolder();
const happenings: Happening[] = [];
let platform: Platform;
let admin: OssAdmin;
beforeAll(async () => {
  platform = await startPlatform({
    port: 0,
    dataDir,
    fresh: true,
    faults: true,
    identity: undefined,
    presets: { text: TINY, file: 'presets.yaml', replace: true },
    onHappening: happening => void happenings.push(happening),
  });
  admin = adminOf(platform);
});
beforeEach(async () => {
  happenings.splice(0);
  await admin.expire();
  await admin.shiftClock(0);
});
afterAll(() => platform?.close());

const bucket = (name: keyof typeof buckets) =>
  new OSS({ ...platform.oss, bucket: buckets[name], sldEnable: true } as OSS.Options);

/** Uploads, and calls when the run of it has asked for its first file to be written, which waits. */
async function inMidRun(key: string, change: () => Promise<void>): Promise<void> {
  const meant = { method: 'PUT', bucket: buckets.derivatives, times: 1 } as const;
  await admin.faults.set([{ kind: 'slow', when: 'before', ms: 3000, ...meant }]);
  await bucket('originals').put(key, starfishPhoto);
  await patiently('a run under way', async () => (await admin.faults.hits())[0] || undefined);
  await change();
}

async function givenUp() {
  return await patiently('an event that was given up', async () =>
    happenings.find(one => one.kind === 'given-up'),
  );
}

const kept = () => readdirSync(join(dataDir, 'destinations', FUNCTION, 'failure'));

async function replayed(key: string): Promise<Manifest> {
  const { code, stdout, stderr } = await darkroom('replay', '--data', dataDir);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('1 replayed');
  await platform.host.idle();
  const { content } = await bucket('derivatives').get(manifestKey(key));
  return manifestSchema.parse(JSON.parse(String(content)));
}

describe('in the middle of a run', () => {
  it('keys that expire are STORE_DENIED, and the event is kept for replay', async () => {
    const { accessKeyId = '' } = platform.roles.get(FUNCTION)?.credential ?? {};
    await inMidRun('expired.jpg', () => admin.expire(accessKeyId));
    const { error } = await givenUp();
    expect(error).toMatchObject({
      errorType: 'STORE_DENIED',
      errorMessage: expect.stringMatching(/OSS refused \(SecurityTokenExpired, status 403\)/),
    });
    expect(kept()).toHaveLength(1);
    await admin.expire();
    expect(await replayed('expired.jpg')).toMatchObject({ complete: true });
    expect(kept()).toEqual([]);
  });

  it('a clock that is an hour wrong is STORE_DENIED, says so, and the event is kept for replay', async () => {
    await inMidRun('late.jpg', () => admin.shiftClock(HOUR_MS));
    const { error } = await givenUp();
    expect(error).toMatchObject({
      errorType: 'STORE_DENIED',
      errorMessage: expect.stringMatching(/RequestTimeTooSkewed.*clock of this machine/),
    });
    expect(kept()).toHaveLength(1);
    await admin.shiftClock(0);
    expect(await replayed('late.jpg')).toMatchObject({ complete: true });
  });
});

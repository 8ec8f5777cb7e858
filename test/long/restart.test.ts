import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import { type RunningPlatform, startedPlatform } from '../support/platform.ts';
import { numbered } from '../support/thorough.ts';

const dataDir = newFolder();
const picture = readFileSync(starfishPhoto);
let platform: RunningPlatform;
beforeAll(async () => {
  platform = await startedPlatform(dataDir);
});
afterAll(() => platform?.stop());

/** Each goes on with the folder that the one before left. */
describe('the platform', () => {
  it('keeps its data over a restart, ends with 0 on Ctrl-C and leaves no process behind', async () => {
    await platform.bucket('originals').put('a.jpg', picture);
    const before = await platform.manifest('a.jpg');
    const started = Date.now();
    expect(await platform.stop()).toBe(0);
    expect(Date.now() - started).toBeLessThan(5_000);
    platform = await startedPlatform(dataDir);
    expect(await platform.manifest('a.jpg')).toEqual(before);
    await platform.bucket('originals').put('again.jpg', picture);
    await platform.manifest('again.jpg');
  });

  it('goes on after kill -9 with what was queued', async () => {
    const originals = platform.bucket('originals');
    const keys = Array.from({ length: numbered(6, 12) }, (_, index) => `killed/${index}.jpg`);
    for (const key of keys) await originals.put(key, picture);
    await platform.stop('SIGKILL');
    platform = await startedPlatform(dataDir);
    for (const key of keys) await platform.manifest(key);
  });

  it('with --fresh empties the buckets and nothing else', async () => {
    await platform.bucket('originals').head('a.jpg');
    await platform.stop();
    // Whoever asks now is told that there is no platform, not that it does not answer.
    expect(existsSync(join(dataDir, 'platform.json'))).toBe(false);
    mkdirSync(join(dataDir, 'mine'));
    platform = await startedPlatform(dataDir, '--fresh');
    await expect(platform.bucket('originals').head('a.jpg')).rejects.toMatchObject({ status: 404 });
    expect(readFileSync(join(dataDir, 'platform.pid'), 'utf8')).toBe(String(platform.pid));
    mkdirSync(join(dataDir, 'mine/more'));
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorage } from '../../local/oss-server/storage.ts';
import { fcTasks } from '../../shared/adapters/fc/tasks.ts';
import { PURGES, purgeKey } from '../../shared/core/work/purge.ts';
import { SWEEP_KEY, type Sweep } from '../../shared/core/work/sweep.ts';
import { TINY } from '../support/bulk.ts';
import { newFolder } from '../support/folders.ts';
import { patiently, type RunningPlatform, startedPlatform, urlOf } from '../support/platform.ts';
import { darkroom } from '../support/processes.ts';

const dataDir = newFolder();
const presets = join(dataDir, 'presets.yaml');
let platform: RunningPlatform;
beforeAll(async () => {
  writeFileSync(presets, TINY);
  platform = await startedPlatform(dataDir, '--presets', presets);
});
afterAll(() => platform.stop());

const photo = async (background: string) =>
  await sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .jpeg()
    .toBuffer();

const upload = async (key: string, background = '#884422') =>
  await platform.bucket('originals').put(key, await photo(background));

async function filesOf(key: string): Promise<string[]> {
  const { objects } = await platform.bucket('derivatives').listV2({ prefix: `${key}/` }, {});
  return (objects ?? []).map(({ name }) => name);
}

const ask = (key: string) => fetch(urlOf(platform.ready.cdn, key));
const seen = async (key: string) => {
  const answer = await ask(key);
  return [answer.status, answer.headers.get('x-cache')];
};

/** What `darkroom takedown …` printed, line by line. */
async function takedown(...words: string[]) {
  const { code, stdout, stderr } = await darkroom(
    'takedown',
    '--yes',
    '--data',
    dataDir,
    '--json',
    ...words,
  );
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
}

const outcomesOf = (key: string) =>
  platform.happenings.flatMap(({ kind, line = '' }) => {
    if (kind !== 'log' || !line.includes('"reconciled"')) return [];
    const facts = JSON.parse(line);
    return facts.key === key ? [facts.outcome] : [];
  });
const renditionsOf = (key: string) =>
  platform.happenings.filter(
    ({ line = '' }) => line.includes('"rendered"') && line.includes(`"key":"${key}/`),
  );

describe('a key that is taken down', () => {
  const key = '用户 1/a+b.jpg';
  let file: string;

  it('is gone from the bucket and from the CDN at once, and its proof is kept', async () => {
    await upload(key);
    const manifest = await platform.manifest(key);
    file = manifest.variants.find(({ state }) => state === 'rendered')?.key ?? '';
    expect(await seen(file)).toEqual([200, 'MISS']);
    expect(await seen(file)).toEqual([200, 'HIT']);
    const [one, all] = await takedown(key, '--reason', 'court order 17', '--by', 'moderator');
    expect(one).toMatchObject({ key, wasThere: true, removed: expect.arrayContaining([file]) });
    expect(all).toMatchObject({ keys: 1, removed: 2, purges: { done: 1, waiting: 0 } });
    const gone = await ask(file);
    expect([gone.status, await gone.text()]).toEqual([410, 'Gone\n']);
    expect(await filesOf(key)).toEqual([`${key}/manifest.json`]);
    const told = await darkroom('explain', '--data', dataDir, '--json', key);
    expect(JSON.parse(told.stdout).takedown).toMatchObject({
      acts: [{ act: 'takedown', by: 'moderator', reason: 'court order 17' }],
      purges: [{ directory: `${key}/`, tasks: [{ of: 'directory', id: expect.any(String) }] }],
    });
  });

  it('stays down when it is uploaded again, and when an event comes again', async () => {
    const before = renditionsOf(key).length;
    await upload(key, '#228844');
    await patiently('the event of the upload', async () =>
      outcomesOf(key).includes('taken-down') ? true : undefined,
    );
    expect((await takedown(key))[0]).toMatchObject({ key, wasDown: true });
    await upload(key, '#228844');
    await patiently('the next event', async () =>
      outcomesOf(key).filter(outcome => outcome === 'taken-down').length > 1 ? true : undefined,
    );
    expect(renditionsOf(key)).toHaveLength(before);
    expect(await filesOf(key)).toEqual([`${key}/manifest.json`]);
    expect((await ask(file)).status).toBe(410);
    const verified = await darkroom('verify', '--data', dataDir, '--grace', '0s');
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('all is as')]);
  });

  it('comes back when that is undone', async () => {
    expect(await takedown(key, '--undo')).toEqual([
      { key, lifted: true, isThere: true },
      { lifted: 1 },
    ]);
    const manifest = await platform.manifest(key);
    const again = manifest.variants.find(({ state }) => state === 'rendered')?.key ?? '';
    expect((await ask(again)).status).toBe(200);
    expect(await takedown(key, '--undo')).toEqual([
      { key, lifted: false, isThere: true },
      { lifted: 0 },
    ]);
  });
});

describe('all keys below a prefix', () => {
  it('are taken down and come back, with one purge for the CDN', async () => {
    const keys = ['u/9/1.jpg', 'u/9/2.jpg', 'u/9/3.jpg'];
    for (const key of [...keys, 'u/90/1.jpg']) {
      await upload(key);
      await platform.manifest(key);
    }
    const lines = await takedown('--prefix', 'u/9/');
    expect(lines.map(({ key }) => key)).toEqual([...keys, undefined]);
    expect(lines.at(-1)).toMatchObject({ keys: 3, purges: { done: 1 } });
    expect((await platform.manifest('u/90/1.jpg')).takenDown).toBeUndefined();
    await takedown('--prefix', 'u/9/', '--undo');
    for (const key of keys) await platform.manifest(key);
  });

  it('or named are all taken down but for one that cannot be, which is told', async () => {
    await upload('u/8/1.jpg');
    await platform.manifest('u/8/1.jpg');
    const { code, stdout, stderr } = await darkroom(
      'takedown',
      '--yes',
      '--data',
      dataDir,
      'u/../8',
      'u/8/1.jpg',
      'u/8/never.jpg',
    );
    expect([code, stderr]).toEqual([
      1,
      'darkroom: expected a key without . and .. segments, received u/../8\n',
    ]);
    expect(stdout).toContain('✓ u/8/1.jpg  taken down, 2 files removed\n');
    expect(stdout).toContain('✓ u/8/never.jpg  blocked; there was nothing of it');
    expect(stdout).toMatch(/^2 keys taken down, 2 files removed, /m);
    expect(stdout).toMatch(/^CDN: 2 purges asked for \(task \d+\), done in 5 to 6 minutes$/m);
  });

  it('are refused where the prefix is empty', async () => {
    const { code, stderr } = await darkroom('takedown', '--yes', '--data', dataDir, '--prefix', '');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^darkroom: expected keys, or one --prefix/),
    ]);
  });
});

const sweepState = async (): Promise<Sweep | undefined> =>
  await platform
    .bucket('config')
    .get(SWEEP_KEY)
    .then(
      ({ content }) => JSON.parse(String(content)),
      () => undefined,
    );

/** As its timers do. */
async function order(kind: 'darkroom.sweep' | 'darkroom.drain'): Promise<void> {
  const { fc, oss } = platform.ready;
  const queue = fcTasks('darkroom-sweep', { ...fc, internal: false, credentials: oss });
  await queue.submit(`test_${Date.now()}`, Buffer.from(JSON.stringify({ kind })));
}

async function swept(): Promise<Sweep> {
  const started = new Date().toISOString();
  await order('darkroom.sweep');
  return await patiently('the end of the sweep', async () => {
    const state = await sweepState();
    const isOver = state?.phase === 'done' || state?.phase === 'refused';
    return state && isOver && state.startedAt >= started ? state : undefined;
  });
}

describe('what was overwritten or deleted', () => {
  const waiting = async () => {
    const { objects } = await platform.bucket('config').listV2({ prefix: PURGES }, {});
    return (objects ?? []).map(({ name }) => name);
  };

  it('waits to be purged, and is once its files are gone for a while', async () => {
    await upload('c.jpg');
    const manifest = await platform.manifest('c.jpg');
    const files = manifest.variants.map(({ key }) => key);
    for (const key of files) await ask(key);
    await platform.bucket('originals').delete('c.jpg');
    await patiently('its set to go', async () => ((await waiting()).length > 0 ? true : undefined));
    const [name = ''] = await waiting();
    expect(name).toMatch(/^purges\/1-delete\//);
    expect(await Promise.all(files.map(seen))).toEqual(files.map(() => [200, 'HIT']));
    // As it will be a minute later.
    const config = platform.bucket('config');
    const purge = JSON.parse(String((await config.get(name)).content));
    const older = { ...purge, id: `2026-01-01T00:00:00.000Z-0123456789ab` };
    await config.put(purgeKey(older), Buffer.from(JSON.stringify(older)));
    await order('darkroom.drain');
    await patiently('the purge', async () =>
      (await waiting()).includes(purgeKey(older)) ? undefined : true,
    );
    for (const key of files) expect((await ask(key)).status).toBe(404);
  });
});

/** What lifecycle rules do: no event tells of it. */
async function removedUnseen(...keys: string[]): Promise<void> {
  await platform.stop();
  const originals = openStorage(join(dataDir, 'oss')).find('originals');
  for (const key of keys) await originals?.remove(key);
  platform = await startedPlatform(dataDir);
}

describe('an original that lifecycle rules delete', () => {
  const keys = Array.from({ length: 30 }, (_, index) => `life/${index}.jpg`);

  it('is found by the sweep, which has its set cleared, and nothing else', async () => {
    for (const key of keys) await upload(key);
    for (const key of keys) await platform.manifest(key);
    await removedUnseen('life/7.jpg');
    expect(await filesOf('life/7.jpg')).toHaveLength(3);
    expect(await swept()).toMatchObject({
      phase: 'done',
      orphans: { sets: 1 },
      handedOver: { originals: 1 },
    });
    await platform.gone('life/7.jpg');
    expect(await filesOf('life/7.jpg')).toEqual([]);
    expect(await filesOf('life')).toHaveLength(29 * 3);
  });

  it('takes nothing with it where half of them are gone: that is no lifecycle', async () => {
    const before = await filesOf('life');
    await removedUnseen(...keys.slice(0, 20));
    expect(await swept()).toMatchObject({
      phase: 'refused',
      reason: expect.stringContaining('DARKROOM_SWEEP_MAX_SHARE'),
    });
    expect(await filesOf('life')).toEqual(before);
    const { stdout } = await darkroom('status', '--data', dataDir);
    expect(stdout).toMatch(/^sweep of .*: refused, .*expected at most 5 % /m);
    expect(stdout).toMatch(/^From upload to ready, last hour: half of \d+ within [\d.]+ s, /m);
  });
});

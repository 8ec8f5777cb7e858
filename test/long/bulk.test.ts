import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../cli/cloud/connection.ts';
import { ROLLOUT_KEY, type Run, runSchema } from '../../shared/core/work/run.ts';
import { readRecord } from '../../shared/pipeline/records.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { putOriginals, TINY } from '../support/bulk.ts';
import { newFolder } from '../support/folders.ts';
import { type RunningPlatform, startedPlatform } from '../support/platform.ts';
import { darkroom, programOf } from '../support/processes.ts';
import { numbered } from '../support/thorough.ts';

/** 10,000 takes some minutes: DARKROOM_BULK=10000 npm run e2e -- bulk. */
const ORIGINALS = Number(process.env.DARKROOM_BULK ?? numbered(60, 240));
const KILLS = numbered(2, 6);

const dataDir = newFolder();
const presets = join(dataDir, 'tiny.yaml');
const platforms: RunningPlatform[] = [];
afterAll(async () => {
  await platforms.at(-1)?.stop();
});

async function start(): Promise<RunningPlatform> {
  const platform = await startedPlatform(dataDir, '--presets', presets);
  platforms.push(platform);
  return platform;
}

interface Status {
  rollout: Run | undefined;
  runs: Run[];
  stored: { rows: { preset: string | null; files: number; bytes: number }[] };
  coverage: { originals: number; whole: number; perPreset: Record<string, { whole: number }> };
}

async function status(): Promise<Status> {
  const { stdout, stderr } = await darkroom('status', '--json', '--all', '--data', dataDir);
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Each rendition as the functions logged it, over all the platforms that lived. */
function rendered(): string[] {
  return platforms.flatMap(({ happenings }) =>
    happenings.flatMap(({ kind, line = '' }) => {
      if (kind !== 'log' || !line.includes('"rendered"')) return [];
      const { event, key } = JSON.parse(line);
      return event === 'rendered' ? [key] : [];
    }),
  );
}

function repeated(keys: string[]): number {
  return keys.length - new Set(keys).size;
}

/** What the command needs to load. */
const HEAD_START_MS = 400;

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

function backfill(): ChildProcess {
  const words = ['backfill', '--yes', '--batch', '10', '--json', '--data', dataDir];
  return spawn(process.execPath, [...programOf('command'), ...words], { stdio: 'ignore' });
}

describe('a backfill', () => {
  it(`completes ${ORIGINALS} originals through ${KILLS} deaths of the command and of the host`, async () => {
    await putOriginals(dataDir, ORIGINALS);
    writeFileSync(presets, TINY);
    let platform = await start();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const command = backfill();
      await pause(HEAD_START_MS + Math.random() * 2500);
      command.kill('SIGKILL');
      if (kill % 2 === 1) {
        await platform.stop('SIGKILL');
        platform = await start();
      }
    }
    const { code, stdout, stderr } = await darkroom(
      'backfill',
      '--yes',
      '--batch',
      '10',
      '--data',
      dataDir,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Done.');
    const { coverage, runs, stored } = await status();
    expect(coverage).toMatchObject({ originals: ORIGINALS, whole: ORIGINALS });
    expect(stored.rows.reduce((sum, { files }) => sum + files, 0)).toBe(2 * ORIGINALS);
    expect(stored.rows.every(({ preset, bytes }) => preset !== null && bytes > 0)).toBe(true);
    // One that lived long enough ended before it was killed.
    expect(new Set(runs.map(run => runSchema.parse(run).phase))).toEqual(new Set(['done']));
    // In flight at a death of the host: two originals in each of two instances, of two files each.
    expect(repeated(rendered())).toBeLessThanOrEqual((KILLS / 2) * 8);
    expect(new Set(rendered()).size).toBe(2 * ORIGINALS);
  });

  it('of what is settled renders nothing', async () => {
    const before = rendered().length;
    const { code } = await darkroom('backfill', '--yes', '--data', dataDir);
    expect(code).toBe(0);
    expect(rendered()).toHaveLength(before);
  });
});

async function isUnderWay(config: ObjectStore): Promise<boolean> {
  return (await readRecord(config, ROLLOUT_KEY, runSchema))?.phase !== 'retaining';
}

describe('an edit of one preset', () => {
  it('renders that preset’s files alone, and old URLs answer until their time is over', async () => {
    const before = rendered().length;
    const old = rendered().find(key => key.includes('/small-')) ?? '';
    const next = TINY.replace('version: 1', 'version: 1\nretain: 1h').replace(
      'widths: [32]',
      'widths: [24]',
    );
    const config = platforms.at(-1)?.bucket('config');
    await config?.put('presets.yaml', Buffer.from(next));
    const { config: store } = await connect({ data: dataDir });
    while (await isUnderWay(store)) await pause(200);
    const made = rendered().slice(before);
    expect(made).toHaveLength(ORIGINALS);
    expect(made.every(key => key.includes('/small-24-'))).toBe(true);
    expect((await fetch(`${platforms.at(-1)?.ready.cdn}/${old}`)).status).toBe(200);
    expect((await status()).coverage).toMatchObject({ whole: ORIGINALS });
  });
});

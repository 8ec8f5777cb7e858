import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TINY } from '../support/bulk.ts';
import { newFolder } from '../support/folders.ts';
import { starfishPhoto } from '../support/originals.ts';
import { type RunningPlatform, startedPlatform } from '../support/platform.ts';
import { darkroom, programOf } from '../support/processes.ts';

const folder = newFolder();
const data = ['--data', join(folder, 'data')];
const keys = Array.from({ length: 6 }, (_, index) => `p/${index}.jpg`);
let platform: RunningPlatform;
beforeAll(async () => {
  const first = join(folder, 'first.yaml');
  writeFileSync(first, TINY);
  platform = await startedPlatform(join(folder, 'data'), '--presets', first);
  const photo = readFileSync(starfishPhoto);
  for (const key of keys) await platform.bucket('originals').put(key, photo);
  for (const key of keys) await platform.manifest(key);
});
afterAll(() => platform.stop());

/** The list at another epoch: everything is made anew. */
async function planned(epoch: number): Promise<string> {
  const list = join(folder, `epoch-${epoch}.yaml`);
  writeFileSync(list, `epoch: ${epoch}\n${TINY.trimStart()}`);
  const plan = join(folder, `plan-${epoch}.json`);
  const words = ['presets', 'plan', list, '--count-only', '--out', plan, ...data];
  expect(await darkroom(...words)).toMatchObject({ code: 0, stderr: '' });
  return plan;
}

describe('an edit that is applied', () => {
  it('with --wait is over when all that it makes is made', async () => {
    const plan = await planned(2);
    const { to } = JSON.parse(readFileSync(plan, 'utf8'));
    const { code, stdout } = await darkroom('presets', 'apply', plan, '--wait', ...data);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Written to .*: 6 originals, up to \d+ files\.\nIn force, and rolled out: 6 of 6 originals done \(\d+ files rendered\): 6 developed\. What was replaced goes after \S+\n$/,
      ),
    ]);
    const manifests = await Promise.all(keys.map(key => platform.manifest(key)));
    expect(new Set(manifests.map(({ presets }) => presets))).toEqual(new Set([to]));
  });

  it('has numbers that are right from its first second', async () => {
    const { code } = await darkroom('presets', 'apply', await planned(3), ...data);
    expect(code).toBe(0);
    const seen: string[] = [];
    for (;;) {
      const { stdout } = await darkroom('status', ...data);
      const line = stdout.split('\n').find(one => /^(rollout|retire) |^An edit /.test(one)) ?? '';
      seen.push(line);
      if (/^rollout \S+: (retaining|done), 6 of 6/.test(line) && !line.includes('2-')) break;
      expect(seen.length).toBeLessThan(100);
    }
    expect(seen.filter(line => /\b0 of 0\b/.test(line))).toEqual([]);
    for (const line of seen) expect(line).toMatch(/^An edit is written|of 6 originals done/);
  });
});

describe('a rollout that somebody stops', () => {
  it('hands over nothing more, says who stopped it, and goes on by resume', async () => {
    const rollout = async (pattern: RegExp) => {
      for (let look = 0; look < 100; look += 1) {
        const { stdout } = await darkroom('status', ...data);
        const line = stdout.split('\n').find(one => pattern.test(one));
        if (line) return line;
      }
      throw new Error(`expected a line like ${pattern}`);
    };
    expect(await darkroom('presets', 'stop', ...data)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected a rollout that is running, the last one is'),
    });
    const plan = await planned(4);
    const { to } = JSON.parse(readFileSync(plan, 'utf8'));
    expect(await darkroom('presets', 'apply', plan, ...data)).toMatchObject({ code: 0 });
    // It waits out its grace before its first batch.
    await rollout(new RegExp(`^rollout rollout-${to}-\\S+: running`));
    const { code, stdout } = await darkroom('presets', 'stop', ...data);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^Rollout rollout-\S+ stops before its next batch\./),
    ]);
    const line = await rollout(/^rollout \S+: stopped/);
    expect(line).toMatch(/: stopped \(\S+ stopped it at \S+\), 0 of \d+ originals? done/);
    const before = await Promise.all(keys.map(key => platform.manifest(key)));
    expect(before.map(({ presets }) => presets)).not.toContain(to);
    expect(await darkroom('presets', 'resume', ...data)).toMatchObject({ code: 0, stderr: '' });
    for (const key of keys) await platform.manifest(key, ({ presets }) => presets === to);
  });
});

describe('who watches', () => {
  it('sees edits and runs alone, a line of JSON for each change, until it is ended', async () => {
    const [program = ''] = programOf('command');
    const words = [program, 'status', '--watch', '--json', ...data];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    expect(JSON.parse(String(line))).toMatchObject({ rollout: { kind: expect.any(String) } });
    expect(JSON.parse(String(line))).not.toHaveProperty('coverage');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('a backfill that is interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s ends with %d once what is under way is handed over, and the same command goes on',
    async (signal, code) => {
      const [program = ''] = programOf('command');
      const slow = ['--rate', '1', '--batch', '1', '--concurrency', '1', ...data];
      const words = [program, 'backfill', '--yes', '--force', '--json', ...slow];
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise<void>(resolve => {
        child.stdout.on('data', lines => {
          if (/"handedOver":\{"batches":[1-9]/.test(String(lines))) resolve();
        });
      });
      child.kill(signal);
      expect(await once(child, 'close')).toEqual([code, null]);
      const again = await darkroom('backfill', '--yes', '--force', ...data);
      expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^Resuming run /)]);
    },
  );
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awaitEdit } from '../../../cli/presets/await-edit.ts';
import { IN_FORCE_KEY, PENDING_KEY, REJECTED_KEY } from '../../../shared/core/work/in-force.ts';
import { nothingDone, ROLLOUT_KEY, resultKey, type Run } from '../../../shared/core/work/run.ts';
import { writeRecord } from '../../../shared/pipeline/records.ts';
import { type MemoryStore, memoryStore } from '../../support/memory-store.ts';
import { defaultList } from '../../support/preset-lists.ts';

const NAMED = { fingerprint: 'f'.repeat(10), etag: 'E' };
const EDIT = { ...NAMED, key: 'presets.yaml' };
const at = '2026-11-23T10:00:00.000Z';
const list = defaultList();

let config: MemoryStore;
let said: string[];
beforeEach(() => {
  config = memoryStore();
  said = [];
  vi.spyOn(console, 'log').mockImplementation(text => said.push(String(text)));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const inForce = async () =>
  await writeRecord(config, IN_FORCE_KEY, { schema: 1, ...NAMED, promotedAt: at, list });

const rollout = async (change: Partial<Run>) => {
  const run: Run = {
    schema: 1,
    id: 'rollout-1',
    kind: 'rollout',
    selection: { prefix: '', mode: 'settle' },
    phase: 'running',
    presets: EDIT.fingerprint,
    from: [],
    expected: 2,
    granted: 0,
    seen: 2,
    handedOver: { batches: 1, originals: 2, planned: 4 },
    done: { ...nothingDone(), batches: 1, originals: 2, rendered: 4, outcomes: { developed: 2 } },
    counted: [],
    startedAt: at,
    updatedAt: at,
    ...change,
  };
  await writeRecord(config, ROLLOUT_KEY, run);
};

describe('who waits for an edit', () => {
  it('is told what is wrong with it, where it is refused', async () => {
    const problems = ['presets.yaml:2:8 rules: expected at least 1'];
    await writeRecord(config, REJECTED_KEY, { schema: 1, etag: 'E', rejectedAt: at, problems });
    await expect(awaitEdit(EDIT, config)).rejects.toMatchObject({
      code: 'PRESETS_INVALID',
      message: problems[0],
    });
  });

  it('does not wait for what waits for somebody', async () => {
    const counted = { originals: 3, files: 9, usd: 1 };
    const pending = { schema: 1, phase: 'waiting', reason: 'it is much', ...NAMED, list, counted };
    await writeRecord(config, PENDING_KEY, { ...pending, since: at });
    await expect(awaitEdit(EDIT, config)).rejects.toThrow(
      'expected the edit to begin, it waits, since it is much: plan it again',
    );
  });

  it.each([
    [{ phase: 'stopped', reason: 'it made too much' }, 'it is stopped: it made too much'],
    [{ phase: 'superseded' }, 'it is superseded: another edit took its place'],
  ] as const)('is told of a rollout that does not come to its end: %j', async (change, words) => {
    await inForce();
    await rollout(change);
    await expect(awaitEdit(EDIT, config)).rejects.toThrow(words);
  });

  it.each(['retaining', 'done'] as const)('is done where the rollout is %s', async phase => {
    await inForce();
    await rollout({ phase });
    await awaitEdit(EDIT, config);
    expect(said).toEqual([
      'In force, and rolled out: 2 of 2 originals done (4 files rendered): 2 developed.',
    ]);
    expect(process.exitCode).toBeUndefined();
  });

  it('is done, and not well, where some could not be dealt with', async () => {
    await inForce();
    const done = { ...nothingDone(), batches: 1, originals: 2, outcomes: { thrown: 1 } };
    await rollout({ phase: 'done', done });
    await awaitEdit(EDIT, config);
    expect(process.exitCode).toBe(1);
  });

  it('is done where nothing had to be rolled out', async () => {
    await inForce();
    await awaitEdit(EDIT, config);
    expect(said).toEqual(['In force; there is nothing to make anew.']);
  });

  it('is told of another edit that took its place', async () => {
    config.upload('presets.yaml', 'of somebody else');
    await expect(awaitEdit(EDIT, config)).rejects.toThrow('another one took its place');
  });

  it('waits while it is not read, and while it is under way', async () => {
    config.upload('presets.yaml', 'ours');
    vi.spyOn(config, 'head').mockResolvedValue({ key: 'presets.yaml', etag: 'E', bytes: 4 });
    const waiting = awaitEdit(EDIT, config);
    await new Promise(resolve => setTimeout(resolve, 100));
    await rollout({ done: nothingDone() });
    await inForce();
    const tally = { ...nothingDone(), batches: 1, originals: 1 };
    const key = resultKey('rollout-1', 'task');
    await writeRecord(config, key, { task: 'task', tally });
    await new Promise(resolve => setTimeout(resolve, 1500));
    expect(said).toEqual([]);
    // Who only looks takes nothing away.
    expect(config.keys()).toContain(key);
    await rollout({ phase: 'done' });
    await waiting;
    expect(said).toHaveLength(1);
  });
});

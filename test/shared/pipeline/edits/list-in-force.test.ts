import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { IN_FORCE_KEY } from '../../../../shared/core/work/in-force.ts';
import { type ListCache, listInForce } from '../../../../shared/pipeline/edits/list-in-force.ts';
import { memoryStore } from '../../../support/memory-store.ts';
import { listOf, SMALL } from '../../../support/preset-lists.ts';

function inForce(fingerprint: string) {
  const promotedAt = '2026-11-24T00:00:00.000Z';
  return JSON.stringify({ schema: 1, fingerprint, etag: 'E', promotedAt, list: listOf(SMALL) });
}

/** One that keeps the list, as an instance does, at a time that the test sets. */
function warmInstance() {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const store = memoryStore();
  store.upload(IN_FORCE_KEY, inForce('one'));
  const cache: ListCache = {};
  const current = async () => (await listInForce(store, cache).current()).fingerprint;
  return { store, current };
}

describe('the list in force', () => {
  it('is read once and then asked for only after a while, by its ETag', async () => {
    const { store, current } = warmInstance();
    expect(await current()).toBe('one');
    expect(await current()).toBe('one');
    expect(store.calls).toHaveLength(1);
    vi.advanceTimersByTime(5001);
    expect(await current()).toBe('one');
    expect(store.calls).toHaveLength(2);
    store.upload(IN_FORCE_KEY, inForce('two'));
    expect(await current()).toBe('one');
    vi.advanceTimersByTime(5001);
    expect(await current()).toBe('two');
  });

  it('is asked for at once where the clock was set back', async () => {
    const { store, current } = warmInstance();
    expect(await current()).toBe('one');
    store.upload(IN_FORCE_KEY, inForce('two'));
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(await current()).toBe('two');
  });

  it('must be there and in order', async () => {
    const store = memoryStore();
    const current = () => listInForce(store, {}).current();
    await expect(current()).rejects.toThrow(/expected a preset list in force/);
    store.upload(IN_FORCE_KEY, 'version: 7');
    await expect(current()).rejects.toMatchObject({ code: 'PRESETS_INVALID', kind: 'fault' });
  });
});

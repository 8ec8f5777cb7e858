import { readdir, readFile } from 'node:fs/promises';
import { constants, getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { said, stage, until } from './bundles.ts';

const none = Buffer.from('');
const working = `export async function handler() {
  const from = Date.now();
  await new Promise(resolve => setTimeout(resolve, 60));
  return { pid: process.pid, from, to: Date.now() };
}`;
const never = 'export const handler = () => new Promise(() => {});';

describe('a function with reservedConcurrency', () => {
  it('runs in at most that many instances, and not in fewer', async () => {
    const set = await stage({ bulk: { source: working, reservedConcurrency: 3 } });
    const host = await set.start({ maxInstances: 1 });
    const results = await Promise.all(Array.from({ length: 12 }, () => host.invoke('bulk', none)));
    const runs = results.map(said);
    expect(new Set(runs.map(one => one.pid)).size).toBe(3);
    for (const { from } of runs) {
      expect(runs.filter(one => one.from < from && from < one.to).length).toBeLessThan(3);
    }
  });

  it('takes no instance of the others, however much it has to do', async () => {
    const bulk = { source: never, reservedConcurrency: 2 };
    const set = await stage({ bulk, live: working, other: working });
    const host = await set.start({ maxInstances: 1 });
    for (let n = 0; n < 5; n++) await host.invokeAsync('bulk', none);
    const startedBulk = () =>
      set.happenings.filter(one => one.kind === 'started' && one.function === 'test-bulk').length;
    await until(() => startedBulk() === 2);
    const first = said(await host.invoke('live', none));
    const second = said(await host.invoke('live', none));
    expect(second.pid).toBe(first.pid);
    await host.invoke('other', none);
    expect(startedBulk()).toBe(2);
  });

  it('keeps its instances while the others are busy', async () => {
    const set = await stage({ bulk: { source: working, reservedConcurrency: 1 }, busy: never });
    const host = await set.start({ maxInstances: 1 });
    await host.invokeAsync('busy', none);
    await host.invokeAsync('busy', none);
    expect(said(await host.invoke('bulk', none)).pid).toBeGreaterThan(0);
  });

  it('of 0 does not run, and its events wait', async () => {
    const set = await stage({ off: { source: working, reservedConcurrency: 0 } });
    const host = await set.start();
    await host.invokeAsync('off', none);
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(set.happenings.map(one => one.kind)).toEqual(['queued']);
    expect(host.queued('test-off')).toBe(1);
  });

  it('yields the cores to the others: its processes have the lowest priority', async () => {
    const set = await stage({ bulk: { source: working, reservedConcurrency: 1 }, live: working });
    const host = await set.start();
    const bulk = said(await host.invoke('bulk', none)).pid;
    const live = said(await host.invoke('live', none)).pid;
    expect(getPriority(bulk)).toBe(constants.priority.PRIORITY_LOW);
    expect(getPriority(live)).toBe(getPriority());
    const pool = (await nicesOf(bulk)).filter(nice => nice === constants.priority.PRIORITY_LOW);
    expect(pool.length).toBeGreaterThan(0);
  });
});

/** Linux keeps the priority by thread; the 19th value of stat, the 17th after the name. */
async function nicesOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const texts = await Promise.all(threads.map(one => readFile(`/proc/${pid}/task/${one}/stat`)));
  return texts.map(text => Number(text.toString().split(') ')[1]?.split(' ')[16]));
}

import { readdir, readFile } from 'node:fs/promises';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FunctionDefinition } from '../../../local/service-definition.ts';
import { isAlive, said, stage, until } from './bundles.ts';
import { hostProcess } from './killed-host.ts';

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

const ticking = `import { appendFileSync } from 'node:fs';
export async function handler(event) {
  for (;;) {
    appendFileSync(event.toString(), Date.now() + ' ' + process.pid + '\\n');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}`;
const sleeping = `export async function handler(event) {
  await new Promise(resolve => setTimeout(resolve, Number(event)));
}`;

/** Answers how long it waited for each of the moments in which it was loaded. */
const loading = `const gaps = [];
for (let count = 0; count < Number(process.env.TICKS); count++) {
  const before = Date.now();
  await new Promise(resolve => setTimeout(resolve, 10));
  gaps.push(Date.now() - before);
}
export const handler = async () => ({ gaps });`;
/** Moments of 10 ms, of which a process that stands still has none. */
const counting = `export async function handler(event) {
  for (let count = 0; count < Number(event); count++) await new Promise(resolve => setTimeout(resolve, 10));
}`;

describe('while another function runs, one with reservedConcurrency', () => {
  it('stands still, and goes on afterwards', async () => {
    const { host, ticks } = await ticker();
    await host.invoke('live', Buffer.from('1'));
    const from = Date.now();
    await host.invoke('live', Buffer.from('600'));
    const to = Date.now();
    await until(async () => (await ticks()).some(({ at }) => at > to + 50));
    const gaps = (await ticks()).map(({ at }, index, all) => at - (all[index - 1]?.at ?? at));
    expect(Math.max(...gaps)).toBeGreaterThan(500);
    expect((await ticks()).filter(({ at }) => at > from + 50 && at < to - 50)).toEqual([]);
  });

  it('has a tenth of the time all the same, so that it does not wait for ever', async () => {
    const { host, ticks } = await ticker();
    let isOver = false;
    const ended = () => {
      isOver = true;
    };
    host.invoke('live', Buffer.from('20000')).then(ended, ended);
    const from = Date.now();
    await until(async () => isOver || (await ticks()).some(({ at }) => at > from + 500));
    expect(isOver).toBe(false);
  });

  it('is not stopped while it is loaded, which has a time limit of its own', async () => {
    const set = await stage({
      slow: { source: loading, reservedConcurrency: 1, environment: { TICKS: '100' } },
      live: sleeping,
    });
    const host = await set.start();
    await host.invoke('live', Buffer.from('1'));
    await host.invokeAsync('live', Buffer.from('6000'));
    const { gaps } = said(await host.invoke('slow', none));
    expect(Math.max(...gaps)).toBeLessThan(1500);
  });

  it('is not charged the time in which it stood still', async () => {
    // It counts for a second, for longer on a busy machine, in a tenth of the time: it stands still for most of eight.
    const set = await stage({
      bulk: { source: counting, reservedConcurrency: 1, timeoutSeconds: 4 },
      live: sleeping,
    });
    const host = await set.start();
    await host.invoke('bulk', Buffer.from('0'));
    await host.invokeAsync('live', Buffer.from('8000'));
    const { functionError } = await host.invoke('bulk', Buffer.from('80'));
    expect(functionError).toBeUndefined();
  });

  it('stands still only if it computes: with less than a vCPU it goes on', async () => {
    const { host, ticks } = await ticker({ vCpus: 0.5 });
    await host.invoke('live', Buffer.from('1'));
    const from = Date.now();
    await host.invoke('live', Buffer.from('3000'));
    const to = Date.now();
    const seen = (await ticks()).filter(({ at }) => at > from && at < to);
    const gaps = seen.map(({ at }, index) => at - (seen[index - 1]?.at ?? at));
    expect(Math.max(...gaps)).toBeLessThan(1500);
    const [{ pid = 0 } = {}] = seen;
    expect(getPriority(pid)).toBe(getPriority());
  });

  it('is not left behind stopped by a host that is killed', async () => {
    const set = await stage({ tick: { source: ticking, reservedConcurrency: 1 }, loop: never });
    const file = join(set.dataDir, 'ticks');
    const host = await hostProcess(set.options, [
      ['tick', file],
      ['loop', 'x'],
    ]);
    await until(async () => (await ticksIn(file)).length > 0);
    const [{ pid = 0 } = {}] = await ticksIn(file);
    await until(async () => (await stateOf(pid)) === 'T');
    host.kill('SIGKILL');
    await until(() => !isAlive(pid));
  });
});

/** A host in which an invocation of 'tick' writes down the moments in which it runs. */
async function ticker(more: Partial<FunctionDefinition> = {}) {
  const tick = { source: ticking, reservedConcurrency: 1, ...more };
  const set = await stage({ tick, live: sleeping });
  const file = join(set.dataDir, 'ticks');
  const host = await set.start();
  await host.invokeAsync('tick', Buffer.from(file));
  await until(async () => (await ticksIn(file)).length > 0);
  return { host, ticks: () => ticksIn(file) };
}

async function ticksIn(file: string): Promise<{ at: number; pid: number }[]> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  return lines.map(line => {
    const [at = 0, pid = 0] = line.split(' ').map(Number);
    return { at, pid };
  });
}

/** T of a stopped process; nothing of one that is gone. */
async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.split(') ')[1]?.[0];
}

/** Linux keeps the priority by thread; the 19th value of stat, the 17th after the name. */
async function nicesOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const texts = await Promise.all(threads.map(one => readFile(`/proc/${pid}/task/${one}/stat`)));
  return texts.map(text => Number(text.toString().split(') ')[1]?.split(' ')[16]));
}

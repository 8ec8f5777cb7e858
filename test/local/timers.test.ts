import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Happening } from '../../local/function-host/invocation.ts';
import type { FunctionDefinition, TimerTriggerDefinition } from '../../local/service-definition.ts';
import { startTimers } from '../../local/timers.ts';
import { stage } from './function-host/bundles.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-23T09:58:30.250Z') }));
afterEach(() => void vi.useRealTimers());

const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

function started(trigger: Partial<TimerTriggerDefinition>, invokeAsync = vi.fn()) {
  const timer = { name: 'sweep', type: 'timer', cron: '@every 5m', enabled: true, payload: '' };
  const triggers = [{ ...timer, ...trigger }] as FunctionDefinition['triggers'];
  const functions = [{ name: 'test-sweep', triggers } as FunctionDefinition];
  const fired: { at: string; event: object; timer: string }[] = [];
  const told: Happening[] = [];
  let under = 0;
  invokeAsync.mockImplementation(async (_, payload: Buffer, name: string) => {
    const at = new Date().toISOString();
    fired.push({ at, event: JSON.parse(payload.toString()), timer: name });
    return { requestId: 'r' };
  });
  const timers = startTimers({
    service: { region: 'cn-hangzhou', accountId: '1', vars: {}, functions },
    host: { invokeAsync, queued: () => under },
    tell: happening => void told.push(happening),
  });
  onTestFinished(() => timers.close());
  return { fired, told, timers, invokeAsync, pending: (count: number) => (under = count) };
}

describe('a timer', () => {
  it('hands the function the event that FC sends', async () => {
    const { fired, invokeAsync } = started({ cron: '0 0 10 * * *', payload: '{"op":"sweep"}' });
    await minutes(5);
    expect(fired.map(one => one.event)).toEqual([
      { triggerTime: '2026-11-23T10:00:00Z', triggerName: 'sweep', payload: '{"op":"sweep"}' },
    ]);
    expect(invokeAsync).toHaveBeenCalledWith('test-sweep', expect.any(Buffer), 'sweep');
  });

  it('of @every 5m fires every five minutes, for the first time after five', async () => {
    const { fired } = started({ cron: '@every 5m' });
    await minutes(4);
    expect(fired).toHaveLength(0);
    await minutes(12.5);
    const times = fired.map(one => Date.parse(one.at));
    expect(times).toHaveLength(3);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(300_000);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBe(300_000);
  });

  it('counts in UTC, or in the zone that it names', async () => {
    const { fired } = started({ cron: 'CRON_TZ=Asia/Shanghai 0 0 18 * * *' });
    await minutes(5);
    expect(fired.map(one => one.at.slice(0, 16))).toEqual(['2026-11-23T10:00']);
  });

  it('lets its times pass by while its former event is under way', async () => {
    const { fired, pending } = started({ cron: '0 * * * * *' });
    await minutes(1);
    pending(1);
    await minutes(3);
    expect(fired).toHaveLength(1);
    pending(0);
    await minutes(1);
    expect(fired).toHaveLength(2);
  });

  it('that is not enabled does not fire', async () => {
    const { fired } = started({ enabled: false });
    await minutes(30);
    expect(fired).toEqual([]);
  });

  it('does not fire any more when it is closed', async () => {
    const { fired, timers } = started({ cron: '0 * * * * *' });
    await minutes(1);
    timers.close();
    await minutes(5);
    expect(fired).toHaveLength(1);
  });

  it('whose event could not be stored says so, and goes on', async () => {
    const { told, invokeAsync } = started({ cron: '0 * * * * *' });
    invokeAsync.mockRejectedValue(new Error('disk full'));
    await minutes(2);
    expect(told).toMatchObject([{ line: 'timer sweep: Error: disk full' }, {}]);
  });

  it('that nothing can be made of is named', () => {
    expect(() => started({ cron: '0 0 99 * * *' })).toThrow(
      'timer sweep: expected a cron expression, received 0 0 99 * * *',
    );
  });
});

describe('the event of a timer', () => {
  it('is under way until its last attempt has ended, and after a restart', async () => {
    vi.useRealTimers();
    const source = 'export const handler = () => new Promise(() => {});';
    const set = await stage({ sweep: { source, reservedConcurrency: 1 } });
    const host = await set.start();
    await host.invokeAsync('sweep', Buffer.from('{}'), 'nightly');
    await host.invokeAsync('sweep', Buffer.from('{}'));
    expect(host.queued('test-sweep', 'nightly')).toBe(1);
    expect(host.queued('test-sweep', 'hourly')).toBe(0);
    expect(host.queued('test-sweep')).toBe(2);
    await host.close();
    const second = await set.start();
    expect(second.queued('test-sweep', 'nightly')).toBe(1);
  });

  it('is under way no more when it is done', async () => {
    vi.useRealTimers();
    const set = await stage({ sweep: 'export const handler = async () => 1;' });
    const host = await set.start();
    await host.invokeAsync('sweep', Buffer.from('{}'), 'nightly');
    await host.idle();
    expect(host.queued('test-sweep', 'nightly')).toBe(0);
    expect(host.queued('test-sweep')).toBe(0);
  });
});

import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Happening } from '../../local/function-host/invocation.ts';
import { startLifecycle } from '../../local/lifecycle.ts';
import type { Expired } from '../../local/oss-server/expire.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-23T09:58:30.250Z') }));
afterEach(() => void vi.useRealTimers());

const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

function started(expire: (now: number) => Promise<Expired[]>) {
  const told: Happening[] = [];
  const clock = startLifecycle({ expire, tell: happening => void told.push(happening) });
  onTestFinished(() => clock.close());
  return { clock, lines: () => told.map(one => (one.kind === 'log' ? one.line : one.kind)) };
}

it('carries out the rules at every full hour by the clock, until it is closed', async () => {
  const times: string[] = [];
  const { clock } = started(async now => {
    times.push(new Date(now).toISOString().slice(0, 16));
    return [];
  });
  await minutes(123);
  expect(times).toEqual(['2026-11-23T10:00', '2026-11-23T11:00', '2026-11-23T12:00']);
  await clock.close();
  await minutes(120);
  expect(times).toHaveLength(3);
});

it('tells what went, and goes on after a failure that it tells as well', async () => {
  const expire = vi
    .fn<(now: number) => Promise<Expired[]>>()
    .mockRejectedValueOnce(new Error('disk full'))
    .mockResolvedValue([
      { bucket: 'originals', key: 'a.jpg' },
      { bucket: 'originals', key: 'b.jpg', uploadId: 'U1' },
    ]);
  const { lines } = started(expire);
  await minutes(63);
  expect(lines()).toEqual([
    'Error: disk full',
    'removed originals/a.jpg',
    'aborted upload U1 of originals/b.jpg',
  ]);
});

it('is closed when what it has begun has ended', async () => {
  let end = () => {};
  const { clock, lines } = started(
    () =>
      new Promise(resolve => {
        end = () => resolve([{ bucket: 'originals', key: 'a.jpg' }]);
      }),
  );
  await minutes(2);
  const closing = clock.close();
  end();
  await closing;
  expect(lines()).toEqual(['removed originals/a.jpg']);
});

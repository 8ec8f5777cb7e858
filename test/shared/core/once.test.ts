import { expect, it } from 'vitest';
import { once } from '../../../shared/core/once.ts';

it('makes a thing once for all who ask, and again after it failed', async () => {
  const known = new Map<string, Promise<number>>();
  let calls = 0;
  const make = async () => {
    calls += 1;
    if (calls === 1) throw new Error('a disk that was full');
    return calls;
  };
  const first = await Promise.allSettled([once(known, 'a', make), once(known, 'a', make)]);
  expect([first.map(({ status }) => status), calls]).toEqual([['rejected', 'rejected'], 1]);
  expect(await Promise.all([once(known, 'a', make), once(known, 'a', make)])).toEqual([2, 2]);
  expect(await once(known, 'a', make)).toBe(2);
  expect(calls).toBe(2);
});

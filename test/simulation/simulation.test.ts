import { expect, test } from 'vitest';
import { failureText } from './failure-text.ts';
import { shrink } from './shrink.ts';
import { plants } from './plants/plants.ts';
import { type Ending, simulate } from './simulate.ts';

const SEEDS = 300;

async function firstFailure(seeds: number): Promise<Ending | undefined> {
  for (let seed = 0; seed < seeds; seed += 1) {
    const ending = await simulate({ seed });
    if (ending.verdict) return ending;
  }
  return undefined;
}

test(`each of ${SEEDS} histories ends in the right state`, async () => {
  const failure = await firstFailure(SEEDS);
  expect(failure && (await failureText(failure))).toBeUndefined();
}, 240_000);

test('one seed is one history, step by step', async () => {
  const told = async (seed: number) => {
    const lines: string[] = [];
    await simulate({ seed, tell: (...line) => lines.push(line.join(' ')) });
    return lines;
  };
  const first = await told(11);
  await told(12);
  expect(await told(11)).toEqual(first);
  expect(first.length).toBeGreaterThan(50);
});

test('a failing history is made smaller and still fails alike, and a replay of it does too', async () => {
  const plant = plants['a purge is forgotten'];
  let ending = await simulate({ seed: 0, plant });
  for (let seed = 1; !ending.verdict || ending.faults.length < 2; seed += 1) {
    ending = await simulate({ seed, plant });
  }
  const least = await shrink(ending, plant);
  const { seed, verdict } = ending;
  expect(least.ending.verdict?.kind).toBe(verdict?.kind);
  expect(least.faults.length).toBeLessThan(ending.faults.length);
  const { history, faults } = least;
  const again = await simulate({ seed, history, only: new Set(faults), plant });
  expect(again.verdict).toEqual(least.ending.verdict);
});

test('the process has its own time again after a history', async () => {
  const before = [globalThis.Date, globalThis.setTimeout, performance.now, Math.random];
  await simulate({ seed: 1 });
  expect([globalThis.Date, globalThis.setTimeout, performance.now, Math.random]).toEqual(before);
  expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
});

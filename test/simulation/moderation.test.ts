import { expect, test } from 'vitest';
import { numbered } from '../support/thorough.ts';
import { failureText } from './failure-text.ts';
import { historyOf } from './history.ts';
import { simulate } from './simulate.ts';
import type { Plant } from './world.ts';

const SEEDS = numbered(150, 2000);

/** The same histories, in which every rule has its pictures judged. */
const judged = (seed: number) => ({
  seed,
  history: { ...historyOf(seed), isJudged: true as const },
});

test(`in none of ${SEEDS} histories a file of a withheld picture is public, and each ends right`, async () => {
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const ending = await simulate(judged(seed));
    expect(ending.verdict && (await failureText(ending))).toBeUndefined();
  }
}, 480_000);

/** What was said of every picture is forgotten as soon as it was said. */
const forgetting: Plant = {
  env: env => ({
    ...env,
    moderator: { judge: async () => ({ labels: [], requestId: 'R' }) },
  }),
};

test('a service that passes all is found', async () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { verdict } = await simulate({ ...judged(seed), plant: forgetting });
    if (verdict?.kind === 'public-though-withheld') return;
  }
  expect.unreachable('it was not found within 20 histories');
}, 240_000);

import { expect, test } from 'vitest';
import { plants } from './plants.ts';
import { simulate } from './simulate.ts';
import type { Plant } from './world.ts';

const clean = new Map<number, boolean>();

/** What fails without the planted fault as well proves nothing. */
async function isClean(seed: number): Promise<boolean> {
  const known = clean.get(seed) ?? (await simulate({ seed })).verdict === undefined;
  clean.set(seed, known);
  return known;
}

async function seedsUntilFound(plant: Plant, most: number): Promise<number> {
  for (let seed = 0; seed < most; seed += 1) {
    const { verdict } = await simulate({ seed, plant });
    if (verdict && (await isClean(seed))) return seed + 1;
  }
  return Number.POSITIVE_INFINITY;
}

for (const [what, plant] of Object.entries(plants)) {
  test(`within ${plant.within} histories it is found: ${what}`, async () => {
    expect(await seedsUntilFound(plant, plant.within)).toBeLessThanOrEqual(plant.within);
  });
}

import { expect, test } from 'vitest';
import { plants } from './plants.ts';
import { simulate } from './simulate.ts';
import type { Plant } from './world.ts';

const plainly = new Map<number, string>();

/** How the history ends without the planted fault: what fails alike without it proves nothing. */
async function plainKind(seed: number): Promise<string> {
  const known = plainly.get(seed) ?? (await simulate({ seed })).verdict?.kind ?? 'right';
  plainly.set(seed, known);
  return known;
}

async function seedsUntilFound(plant: Plant, most: number): Promise<number> {
  for (let seed = 0; seed < most; seed += 1) {
    const { verdict } = await simulate({ seed, plant });
    if (verdict && verdict.kind !== (await plainKind(seed))) return seed + 1;
  }
  return Number.POSITIVE_INFINITY;
}

for (const [what, plant] of Object.entries(plants)) {
  test(`within ${plant.within} histories it is found: ${what}`, async () => {
    expect(await seedsUntilFound(plant, plant.within)).toBeLessThanOrEqual(plant.within);
  }, 240_000);
}

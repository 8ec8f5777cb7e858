import { expect, test } from 'vitest';
import { plants } from './plants/plants.ts';
import { simulate } from './simulate.ts';
import type { Plant } from './world.ts';

const plainly = new Map<number, string>();

/** How the history ends without the planted fault: what fails alike without it proves nothing. */
async function plainKind(seed: number): Promise<string> {
  const known = plainly.get(seed) ?? (await simulate({ seed })).verdict?.kind ?? 'right';
  plainly.set(seed, known);
  return known;
}

async function seedsUntilFound(plant: Plant, from: number, most: number): Promise<number> {
  for (let count = 0; count < most; count += 1) {
    const seed = from + count;
    const { verdict } = await simulate({ seed, plant });
    if (verdict && verdict.kind !== (await plainKind(seed))) return count + 1;
  }
  return Number.POSITIVE_INFINITY;
}

for (const [what, plant] of Object.entries(plants)) {
  const { within, from = 0 } = plant;
  test(`within ${within} histories it is found: ${what}`, async () => {
    expect(await seedsUntilFound(plant, from, within)).toBeLessThanOrEqual(within);
  }, 240_000);
}

/** Between 0 and 1, without 1. */
export type Random = () => number;

/** The same numbers for the same seed: Marsaglia, Xorshift RNGs, Journal of Statistical Software 8 (2003). */
export function seeded(seed: number): Random {
  let x = seed | 0;
  let y = 362436069;
  let z = 521288629;
  let w = 88675123;
  const next = () => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return (w >>> 0) / 2 ** 32;
  };
  // Seeds that are alike begin alike.
  for (let skipped = 0; skipped < 20; skipped += 1) next();
  return next;
}

/** From here on the bell curve is as good, and does not take longer the more there are. */
const MANY = 25;

/** How many of `count` fall where each falls with this chance. */
export function binomial(count: number, chance: number, random: Random): number {
  if (chance >= 1) return count;
  if (count === 0 || chance <= 0) return 0;
  const expected = count * chance;
  if (expected < MANY) return byInversion(count, chance, random);
  const spread = Math.sqrt(expected * (1 - chance));
  return Math.min(count, Math.max(0, Math.round(expected + spread * normal(random))));
}

function byInversion(count: number, chance: number, random: Random): number {
  const odds = chance / (1 - chance);
  let probability = (1 - chance) ** count;
  let left = random();
  let fallen = 0;
  while (left > probability && fallen < count) {
    left -= probability;
    fallen += 1;
    probability *= ((count + 1) / fallen - 1) * odds;
  }
  return fallen;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

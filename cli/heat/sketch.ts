import { mixed } from './hashing.ts';

/**
 * How many different things there were, in 4 kB and within 1.6 % (HyperLogLog: Flajolet and others, 2007; below some
 * thousands by what is still empty).
 */

const BITS = 12;
const REGISTERS = 1 << BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

export type Sketch = Uint8Array;

export function newSketch(): Sketch {
  return new Uint8Array(REGISTERS);
}

/** Two halves of 64 bits, in which all bits are alike likely. */
export function note(sketch: Sketch, high: number, low: number): void {
  const register = high & (REGISTERS - 1);
  const rank = Math.clz32(mixed(low ^ high)) + 1;
  if (rank > (sketch[register] ?? 0)) sketch[register] = rank;
}

export function merged(sketches: Sketch[]): Sketch {
  const all = newSketch();
  for (const sketch of sketches) {
    for (const [register, rank] of sketch.entries()) {
      if (rank > (all[register] ?? 0)) all[register] = rank;
    }
  }
  return all;
}

export function countOf(sketch: Sketch): number {
  let sum = 0;
  let empty = 0;
  for (const rank of sketch) {
    sum += 2 ** -rank;
    if (rank === 0) empty += 1;
  }
  const estimate = (ALPHA * REGISTERS * REGISTERS) / sum;
  const isSmall = estimate <= 2.5 * REGISTERS && empty > 0;
  return Math.round(isSmall ? REGISTERS * Math.log(REGISTERS / empty) : estimate);
}

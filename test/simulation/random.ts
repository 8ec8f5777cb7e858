/**
 * A stream of numbers of its own for each name: leaving one thing out of a history leaves the dice of all others as
 * they were, which is what makes a history small without making it another one.
 */
export interface Random {
  /** From 0 to just below 1. */
  next(): number;
  /** A whole number below `n`. */
  below(n: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  chance(share: number): boolean;
}

export function randomOf(seed: number, name: string): Random {
  let state = mixed(seed, name);
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    pick: items => items[below(items.length)] ?? items[0],
    chance: share => next() < share,
  };
}

/** FNV-1a over the name, begun at the seed. */
function mixed(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1);
  for (let at = 0; at < name.length; at += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
}

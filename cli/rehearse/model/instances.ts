import type { Cloud } from './cloud.ts';
import { SLOT_SECONDS, slotsOf } from './slot.ts';

export interface Instances {
  /** Of those at work, some are done; of those idle, some have been so for too long. */
  turn(now: number): void;
  /** Uploads that could begin now. */
  free(): number;
  /** Takes one; true if it is a new one. */
  take(): boolean;
  /** The one that was taken is at work for so many slots. */
  work(now: number, slots: number): void;
  alive(): number;
  busy(): number;
}

/** One request an instance. The one that was used last is used first, so that the others may end. */
export function openInstances(cloud: Cloud, longestWork: number): Instances {
  const done = new Int32Array(longestWork + 1);
  const idle = openIdle();
  const mostIdle = slotsOf(cloud.idle);
  let alive = cloud.provisioned;
  let busy = 0;
  // A bucket that holds the burst and fills at the same number a minute.
  let starts = cloud.burst;
  idle.put(cloud.provisioned, 0);
  return {
    turn(now) {
      const at = now % done.length;
      const ended = done[at] ?? 0;
      done[at] = 0;
      busy -= ended;
      idle.put(ended, now);
      alive -= idle.end(now - mostIdle, alive - cloud.provisioned);
      starts = Math.min(cloud.burst, starts + (cloud.burst / 60) * SLOT_SECONDS);
    },
    free: () =>
      idle.count() + Math.max(0, Math.min(cloud.mostInstances - alive, Math.floor(starts))),
    take() {
      busy += 1;
      if (idle.take()) return false;
      alive += 1;
      starts -= 1;
      return true;
    },
    work(now, slots) {
      const at = (now + slots) % done.length;
      done[at] = (done[at] ?? 0) + 1;
    },
    alive: () => alive,
    busy: () => busy,
  };
}

interface Idle {
  put(count: number, now: number): void;
  take(): boolean;
  /** Those that are idle since then or earlier, at most so many; answers how many. */
  end(since: number, most: number): number;
  count(): number;
}

interface Since {
  slot: number;
  count: number;
}

/** Put on top and taken from the top; they end at the bottom. */
function openIdle(): Idle {
  let all: Since[] = [];
  let bottom = 0;
  let count = 0;

  function tidy(): void {
    if (bottom < 1024 || bottom * 2 < all.length) return;
    all = all.slice(bottom);
    bottom = 0;
  }

  return {
    put(more, slot) {
      if (more === 0) return;
      all.push({ slot, count: more });
      count += more;
    },
    take() {
      const top = all.at(-1);
      if (count === 0 || !top) return false;
      count -= 1;
      top.count -= 1;
      if (top.count === 0) all.pop();
      return true;
    },
    end(since, most) {
      let ended = 0;
      for (let first = all[bottom]; first && first.slot <= since; first = all[bottom]) {
        const some = Math.min(first.count, most - ended);
        ended += some;
        first.count -= some;
        if (first.count > 0) break;
        bottom += 1;
      }
      count -= ended;
      tidy();
      return ended;
    },
    count: () => count,
  };
}

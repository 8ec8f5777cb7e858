import type { MortalPlatform } from './mortal-platform.ts';

interface Deaths {
  hosts: number;
  instances: number;
}

export interface Reaper {
  /** How far the work is, from 0 to 1: so much of all deaths are due. */
  progress(share: number): void;
  /** Once those under way are over; how many there were. */
  end(): Promise<Deaths>;
}

/** Kills while work goes on, evenly over it; every other death of the host takes all processes of functions with it. */
export function reaperOf(platform: MortalPlatform, wanted: Deaths): Reaper {
  const had = { hosts: 0, instances: 0 };
  const reap = async (share: number) => {
    while (had.hosts < wanted.hosts && had.hosts + 1 <= share * (wanted.hosts + 1)) {
      had.hosts += 1;
      await platform.die(had.hosts % 2 === 0 ? 'all' : 'host');
    }
    const isDue = had.instances < Math.ceil(share * wanted.instances);
    if (isDue && platform.killInstance()) had.instances += 1;
  };
  let turn: Promise<void> = Promise.resolve();
  return {
    progress(share) {
      turn = turn.then(() => reap(share));
      // It is told at the end.
      turn.catch(() => undefined);
    },
    async end() {
      await turn;
      return had;
    },
  };
}

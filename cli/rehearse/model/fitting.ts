import type { Cloud } from './cloud.ts';
import { holds, type Rehearsal, simulate } from './simulate.ts';

/** What is needed so that of 100 uploads 99 are ready within the time. */
export type Fitting =
  | { by: 'instances'; instances: number }
  /** However many there may be, they come too late: so many must be there before. */
  | { by: 'provisioned'; instances: number; provisioned: number }
  | { by: 'nothing'; why: 'work' | 'oss' };

export function fitting(rehearsal: Rehearsal, readyP99Seconds: number): Fitting {
  const within = (cloud: Partial<Cloud>) =>
    holds({ ...rehearsal, cloud: { ...rehearsal.cloud, ...cloud } }, readyP99Seconds);
  const instances = mostUsed(rehearsal);
  if (within({ mostInstances: instances })) {
    const least = Math.max(1, rehearsal.cloud.provisioned);
    const fewest = smallest(least, instances, mostInstances => within({ mostInstances }));
    return { by: 'instances', instances: fewest };
  }
  const provisioned = { mostInstances: instances, provisioned: instances };
  if (!within(provisioned)) return { by: 'nothing', why: whyNothing(rehearsal, within) };
  const fewest = smallest(0, instances, some => within({ ...provisioned, provisioned: some }));
  return { by: 'provisioned', instances, provisioned: fewest };
}

/** Were there one for each upload that comes: more would change nothing. */
function mostUsed(rehearsal: Rehearsal): number {
  const { load, cloud } = rehearsal;
  const unlimited = { ...cloud, mostInstances: load.uploads, burst: load.uploads };
  return Math.max(1, simulate({ ...rehearsal, cloud: unlimited }).instances.peak);
}

function whyNothing(
  { cloud }: Rehearsal,
  within: (cloud: Partial<Cloud>) => boolean,
): 'work' | 'oss' {
  const requestsPerSecond = Number.POSITIVE_INFINITY;
  const ample = { mostInstances: 1e9, burst: 1e9, coldStart: 0 };
  return within({ ...ample, oss: { ...cloud.oss, requestsPerSecond } }) ? 'oss' : 'work';
}

/** The first number from `least` on for which it is true, where it is true for `most` and all between. */
export function smallest(least: number, most: number, isEnough: (some: number) => boolean) {
  let [low, high] = [least, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}

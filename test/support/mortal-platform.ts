import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ossStore } from '../../shared/adapters/oss/store.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import { faultMix, faultNames } from './fault-mix.ts';
import { adminOf } from './oss-admin.ts';
import { patiently, type RunningPlatform, startedPlatform } from './platform.ts';
import type { Ready } from './platform-process.ts';
import { instancesOf, killed } from './platform-tree.ts';

/** A platform that is killed and started again over one folder, each life with faults of its own. */
export interface MortalPlatform {
  readonly dataDir: string;
  readonly lives: readonly RunningPlatform[];
  now(): RunningPlatform;
  /** `share` of all requests suffer from now on, over deaths too. */
  afflict(share: number): Promise<void>;
  /** One of the processes that run functions; false where there is none. */
  killInstance(): boolean;
  /** OSS, host, queue and CDN at once; with `all` the functions' processes in the same moment. */
  die(whom: 'host' | 'all'): Promise<void>;
  /** How often each kind of fault struck, over all lives. */
  struck(): Promise<Record<string, number>>;
  /** No event is queued or under way. */
  quiet(): Promise<void>;
}

export async function mortalPlatform(dataDir: string, presets: string): Promise<MortalPlatform> {
  const lives = [await startedPlatform(dataDir, '--faults', '--presets', presets)];
  const sums = faultNames.map(() => 0);
  let share = 0;
  const now = () => {
    const last = lives.at(-1);
    if (!last) throw new Error('expected a platform');
    return last;
  };
  const count = async () => {
    const hits = await adminOf(now().ready).faults.hits();
    for (const [at, times] of hits.entries()) sums[at] = (sums[at] ?? 0) + times;
  };
  const afflict = async () => {
    const { faults } = adminOf(now().ready);
    // Each life has a seed of its own: what failed by lot is not to fail for ever.
    await (share > 0 ? faults.set(faultMix(share), lives.length) : faults.clear());
  };
  return {
    dataDir,
    lives,
    now,
    async afflict(wanted) {
      await count();
      share = wanted;
      await afflict();
    },
    killInstance: () => instancesOf(now().pid).slice(0, 1).some(killed),
    async die(whom) {
      await count();
      const { pid } = now();
      const instances = whom === 'all' ? instancesOf(pid) : [];
      for (const one of instances) killed(one);
      await now().stop('SIGKILL');
      lives.push(await startedPlatform(dataDir, '--faults'));
      await afflict();
    },
    struck: async () => Object.fromEntries(faultNames.map((name, at) => [name, sums[at] ?? 0])),
    quiet: async () => {
      await patiently('an empty queue', async () => (waiting(dataDir) === 0 ? true : undefined));
    },
  };
}

function waiting(dataDir: string): number {
  return readdirSync(join(dataDir, 'queue')).filter(name => name.endsWith('.json')).length;
}

export function storeOf({ oss, buckets }: Ready, bucket: keyof Ready['buckets']): ObjectStore {
  const { endpoint, region, ...credentials } = oss;
  return ossStore(buckets[bucket], { region, endpoint, pathStyle: true, credentials });
}

import type { FunctionDefinition } from '../service-definition.ts';
import type { Instance } from './instance.ts';

export interface Pool {
  /** An idle instance, or a new one in the place of another function's. Callers hold at most `maxInstances`. */
  take(definition: FunctionDefinition): Promise<Instance>;
  give(instance: Instance): void;
  close(): Promise<void>;
}

interface PoolOptions {
  start: (definition: FunctionDefinition) => Instance;
  maxInstances: number;
  idleMs: number;
}

export function openPool({ start, maxInstances, idleMs }: PoolOptions): Pool {
  const busy = new Set<Instance>();
  const idle = new Map<Instance, NodeJS.Timeout>();
  const ending = new Set<Promise<void>>();
  let taking = 0;

  function forget(instance: Instance) {
    clearTimeout(idle.get(instance));
    return idle.delete(instance);
  }

  function retire(instance: Instance): void {
    forget(instance);
    const ended = instance.end().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  async function replace(definition: FunctionDefinition): Promise<Instance> {
    const [longestIdle] = idle.keys();
    if (longestIdle && idle.size + busy.size + taking > maxInstances) retire(longestIdle);
    await Promise.all(ending);
    const instance = start(definition);
    instance.onceGone(() => forget(instance));
    return instance;
  }

  return {
    async take(definition) {
      const warm = [...idle.keys()].findLast(one => one.functionName === definition.name);
      if (warm) forget(warm);
      taking += 1;
      const instance = warm?.alive() ? warm : await replace(definition);
      taking -= 1;
      busy.add(instance);
      return instance;
    },
    give(instance) {
      busy.delete(instance);
      if (instance.alive()) idle.set(instance, setTimeout(retire, idleMs, instance).unref());
    },
    async close() {
      for (const instance of [...idle.keys(), ...busy]) retire(instance);
      await Promise.all(ending);
    },
  };
}

import type { FunctionDefinition } from '../service-definition.ts';
import type { Instance } from './instance.ts';

export function hostClosed(): Error {
  return new Error('The function host is closed.');
}

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
  let closed = false;

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
    if (closed) throw hostClosed();
    const instance = start(definition);
    instance.onceGone(() => forget(instance));
    return instance;
  }

  return {
    async take(definition) {
      const warm = [...idle.keys()].findLast(one => one.functionName === definition.name);
      if (warm) forget(warm);
      taking += 1;
      try {
        const instance = warm?.alive() ? warm : await replace(definition);
        busy.add(instance);
        return instance;
      } finally {
        taking -= 1;
      }
    },
    give(instance) {
      busy.delete(instance);
      if (instance.alive()) idle.set(instance, setTimeout(retire, idleMs, instance).unref());
    },
    async close() {
      closed = true;
      for (const instance of [...idle.keys(), ...busy]) retire(instance);
      await Promise.all(ending);
    },
  };
}

import { describe } from 'vitest';
import type { ObjectStore } from '../../shared/ports.ts';
import { objectStoreContract, oddKeys } from '../contracts/object-store.ts';
import { newActor, type Stage } from './actors.ts';
import { simulatedBucket } from './bucket.ts';
import { faultsOf, weatherOf } from './faults.ts';
import { immediateStore, simulatedStore } from './store.ts';
import { timeline } from './timeline.ts';

/** With no faults, and with time that passes as soon as somebody waits for it. */
function openSimulated(): ObjectStore {
  const line = timeline(
    0,
    () => false,
    () => undefined,
  );
  const nothing = () => undefined;
  const faults = faultsOf(weatherOf(0, 0));
  faults.isOff = true;
  const stage: Stage = {
    seed: 0,
    line,
    faults,
    onStage: undefined,
    tell: nothing,
    haunt: nothing,
    killed: nothing,
  };
  const store = simulatedStore(simulatedBucket('any'), newActor(stage, 'someone', []), stage);
  let running: Promise<void> | undefined;
  /** A call's entry is made when it is called; it is over once there are no entries. */
  const passing = <T>(work: Promise<T>): Promise<T> => {
    running = (running ?? Promise.resolve()).then(line.drain);
    return work;
  };
  return {
    head: key => passing(store.head(key)),
    get: key => passing(store.get(key)),
    getUnless: (...asked) => passing(store.getUnless(...asked)),
    getExactly: object => passing(store.getExactly(object)),
    put: (...object) => passing(store.put(...object)),
    remove: keys => passing(store.remove(keys)),
    list: async function* (...asked) {
      const entries = store.list(...asked)[Symbol.asyncIterator]();
      for (;;) {
        const { value, done } = await passing(entries.next());
        if (done) return;
        yield value;
      }
    },
  };
}

describe('a bucket of the simulation, in pages and parts', () => {
  objectStoreContract(async () => openSimulated(), { oddKeys, manyKeys: 50 });
});

describe('a bucket of the simulation, at once', () => {
  objectStoreContract(async () => immediateStore(simulatedBucket('any'), () => 0), {
    oddKeys,
    manyKeys: 50,
  });
});

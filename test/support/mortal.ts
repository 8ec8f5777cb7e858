import type { ObjectStore } from '../../shared/ports.ts';

/** A process that may die: from then on nothing happens any more of what it had begun. */
export interface Process {
  isDead: boolean;
  died: Promise<'died'>;
  die(): Promise<never>;
}

const never = () => new Promise<never>(() => undefined);

export function newProcess(): Process {
  let tell: (word: 'died') => void = () => undefined;
  const process: Process = {
    isDead: false,
    died: new Promise(resolve => {
      tell = resolve;
    }),
    die: async () => {
      process.isDead = true;
      tell('died');
      return await never();
    },
  };
  return process;
}

/** A store as that process sees it. */
export function mortal(store: ObjectStore, process: Process): ObjectStore {
  const alive = async () => (process.isDead ? await never() : undefined);
  return {
    head: async key => alive().then(() => store.head(key)),
    get: async key => alive().then(() => store.get(key)),
    getUnless: async (...asked) => alive().then(() => store.getUnless(...asked)),
    getExactly: async (object, refuse) => alive().then(() => store.getExactly(object, refuse)),
    put: async (...object) => alive().then(() => store.put(...object)),
    remove: async keys => alive().then(() => store.remove(keys)),
    list: async function* (...asked) {
      await alive();
      yield* store.list(...asked);
    },
  };
}

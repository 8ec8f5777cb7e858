import type { Stage } from './actors.ts';
import type { Message } from './messages.ts';
import { randomOf } from './random.ts';
import type { FunctionName, ListCache } from './wiring.ts';

interface Instance {
  of: FunctionName;
  cache: ListCache;
}

/** One request at a time in each; a warm one remembers the list. */
export function instancesOf(stage: Stage, most: (of: FunctionName) => number) {
  const warm = new Map<FunctionName, Instance[]>();
  const working = new Map<FunctionName, number>();
  const waiting: { message: Message; begin: (instance: Instance) => void }[] = [];
  const isFull = (of: FunctionName) => (working.get(of) ?? 0) >= most(of);
  const take = (message: Message, begin: (instance: Instance) => void) => {
    const of = message.to;
    if (isFull(of)) {
      waiting.push({ message, begin });
      return;
    }
    working.set(of, (working.get(of) ?? 0) + 1);
    const idle = warm.get(of) ?? [];
    const isWarm = randomOf(stage.seed, `${message.id} ${message.attempt} warm`).chance(0.8);
    begin((isWarm ? idle.pop() : undefined) ?? { of, cache: {} });
  };
  return {
    take,
    give: (instance: Instance, lives: boolean) => {
      const { of } = instance;
      working.set(of, (working.get(of) ?? 1) - 1);
      if (lives) warm.set(of, [...(warm.get(of) ?? []), instance]);
      const next = waiting.findIndex(({ message }) => message.to === of);
      if (next === -1) return;
      const [one] = waiting.splice(next, 1);
      // Begun by an entry of its own, so that it is that one's code that runs.
      if (one) stage.line.at(stage.line.now, () => take(one.message, one.begin));
    },
  };
}

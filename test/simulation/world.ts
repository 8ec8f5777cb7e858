import { type Failure, failureOf } from '../../shared/core/failure.ts';
import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { type Actor, newActor, type Stage } from './actors.ts';
import { type SimulatedBucket, simulatedBucket, thingOf } from './bucket.ts';
import { type SimulatedCdn, simulatedCdn } from './cdn.ts';
import { simulatedCodec } from './codec.ts';
import { type Faults, faultsOf, weatherOf } from './faults.ts';
import { type Cloud, type CloudSurroundings, simulatedCloud } from './functions.ts';
import { type History, START } from './history.ts';
import { type Judge, judgeOf } from './judge.ts';
import { textOf } from './lists.ts';
import { simulatedModerator } from './moderator.ts';
import { simulatedStore } from './store.ts';
import { timeline } from './timeline.ts';
import { type Env, PRESETS_KEY } from './wiring.ts';

/** All that one history has: buckets, the cloud, the CDN, and who watches. */
export interface World {
  history: History;
  stage: Stage;
  faults: Faults;
  buckets: Record<'originals' | 'derivatives' | 'config', SimulatedBucket>;
  cdn: SimulatedCdn;
  cloud: Cloud;
  judge: Judge;
  env(actor: Actor): Env;
  /** A process of somebody's machine; what it throws is told to that somebody. */
  command(name: string, keys: Iterable<string>, work: (env: Env) => Promise<unknown>): void;
}

export interface Options {
  seed: number;
  history: History;
  /** What goes wrong, of all that would. */
  only?: ReadonlySet<string> | undefined;
  /** Where a trace goes. */
  tell?: ((time: number, who: string, what: string) => void) | undefined;
  plant?: Plant | undefined;
}

/** A fault put into the code from outside, to see that it is found. */
export interface Plant {
  env?(env: Env, actor: Actor): Env;
  handler?: CloudSurroundings['handler'];
}

export function worldOf({ seed, history, only, tell, plant }: Options): World {
  const buckets = {
    originals: simulatedBucket('originals'),
    derivatives: simulatedBucket('derivatives'),
    config: simulatedBucket('config'),
  };
  const cdn = simulatedCdn(buckets.derivatives);
  const line = timeline(
    START,
    () => judge.verdict !== undefined,
    () => judge.accuse('endless', 'it does not come to rest'),
  );
  const faults = faultsOf(weatherOf(seed, START), only);
  const stage: Stage = {
    seed,
    line,
    faults,
    onStage: undefined,
    tell: (who, what) => tell?.(line.now, who, what),
    haunt: (actor, by) => judge.haunted(actor, by),
    killed: (actor, { where, about }) => {
      // Right before the decoder the mark is up, too, and so it is while others of its files are encoded.
      const isMarked = about.startsWith('crashes/') || judge.marking.has(actor);
      if (where !== 'codec' && !isMarked) return;
      const name = parseDerivativeKey(about);
      const { deathsInTheCodec } = judge;
      for (const key of name ? [name.original] : actor.keys) {
        deathsInTheCodec.set(key, (deathsInTheCodec.get(key) ?? 0) + 1);
      }
    },
  };
  const env = (actor: Actor): Env => {
    const plain = envOf(actor);
    return plant?.env?.(plain, actor) ?? plain;
  };
  const envOf = (actor: Actor): Env => ({
    originals: watchedOriginals(actor),
    derivatives: simulatedStore(buckets.derivatives, actor, stage),
    config: simulatedStore(buckets.config, actor, stage),
    codec: simulatedCodec(actor, stage, judge),
    moderator: simulatedModerator(buckets.config, actor, stage),
    cdn: cdn.purges(actor, stage),
    queue: cloud.queue(actor),
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    now: () => new Date(line.now),
    sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
  });
  const watchedOriginals = (actor: Actor) => {
    const store = simulatedStore(buckets.originals, actor, stage);
    const head = async (key: string) => {
      const found = await store.head(key);
      judge.looked(actor, key);
      return found;
    };
    return { ...store, head };
  };
  // Whatever the world does to it, a use case says what failed. What nobody foresaw has what was thrown for its cause.
  const threw = (who: string, { code, message, cause }: Failure) => {
    if (code === 'UNEXPECTED' && cause !== undefined)
      judge.accuse('unexpected', `${who}: ${message}`);
  };
  const cloud = simulatedCloud({
    stage,
    env,
    hasRetryCount: history.hasRetryCount,
    ...(plant?.handler ? { handler: plant.handler } : {}),
    ended: message => judge.atRest(message.keys),
    threw,
  });
  const judge = judgeOf({ isJudged: history.isJudged, stage, buckets, cdn, cloud });
  const command: World['command'] = (name, keys, work) => {
    const actor = newActor(stage, name, keys);
    const leave = judge.enters(actor);
    const fail = () => {
      judge.failedCommands += 1;
      leave();
    };
    actor.died = fail;
    stage.onStage = actor;
    stage.tell(name, 'begins');
    work(env(actor)).then(
      () => {
        if (!actor.isDead) stage.tell(name, 'ends');
        leave();
      },
      (thrown: unknown) => {
        const failure = failureOf(thrown);
        stage.tell(name, `fails: ${failure.message}`);
        threw(name, failure);
        fail();
      },
    );
  };
  buckets.config.put(
    PRESETS_KEY,
    thingOf(Buffer.from(textOf(history.list, history)), START),
    undefined,
  );
  return { history, stage, faults, buckets, cdn, cloud, judge, env, command };
}

const nothing = () => undefined;

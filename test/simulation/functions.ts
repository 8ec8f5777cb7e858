import { Failure, failureOf } from '../../shared/core/failure.ts';
import type { InvocationQueue } from '../../shared/ports.ts';
import { type Actor, call, kill, newActor, type Stage } from './actors.ts';
import { instancesOf } from './instances.ts';
import { keysIn, type Message, shortened } from './messages.ts';
import { type Random, randomOf } from './random.ts';
import { type Env, type FunctionName, functions, type Invocation, type Lost } from './wiring.ts';

/** Function Compute: queues, instances, retries and the failure destination. */

interface Settings {
  timeout: number;
  retries: number;
  instances: number;
  hasTasks: boolean;
  hoursToLive: number;
}

/** As s.yaml says. */
const SETTINGS: Record<FunctionName, Settings> = {
  'on-object-changed': {
    timeout: 120,
    retries: 3,
    instances: 100,
    hasTasks: false,
    hoursToLive: 24,
  },
  backfill: { timeout: 1800, retries: 8, instances: 20, hasTasks: true, hoursToLive: 168 },
  'on-presets-edited': { timeout: 600, retries: 3, instances: 1, hasTasks: true, hoursToLive: 24 },
  sweep: { timeout: 600, retries: 3, instances: 1, hasTasks: true, hoursToLive: 24 },
  'on-cdn-miss': { timeout: 120, retries: 0, instances: 100, hasTasks: false, hoursToLive: 24 },
};

export interface Cloud {
  /** An asynchronous invocation. */
  send(to: FunctionName, id: string, payload: Buffer): void;
  /** A synchronous one. */
  ask(to: FunctionName, id: string, payload: Buffer): Promise<unknown>;
  queue(actor: Actor): (functionName: string) => InvocationQueue;
  failures: (Lost & { keys: string[]; why: string })[];
  /** Messages that are not over. */
  open: Set<Message>;
}

export interface CloudSurroundings {
  stage: Stage;
  env(actor: Actor): Env;
  /** Whether the platform tells a function how often it was tried. */
  hasRetryCount: boolean;
  /** A seat for faults that are planted. */
  handler?: (name: FunctionName, real: Handler) => Handler;
  /** All is over for the message, or one more attempt of it is. */
  ended(message: Message, how: 'done' | 'retried' | 'given up'): void;
  /** An attempt threw, or somebody's command did. */
  threw(who: string, failure: Failure): void;
}

export type Handler = (event: Buffer, invocation: Invocation) => Promise<unknown>;

const SECOND = 1000;
/** As shared/fc/context.ts has it. */
const GIVES_UP_BEFORE = 1500;
const HOUR = 3_600_000;

export function simulatedCloud(around: CloudSurroundings): Cloud {
  const { stage } = around;
  const instances = instancesOf(stage, of => SETTINGS[of].instances);
  const tasks = new Set<string>();
  const cloud: Cloud = {
    failures: [],
    open: new Set(),
    send: (to, id, payload) => {
      const keys = keysIn(payload);
      const message = { to, id, payload, keys, attempt: 0, since: stage.line.now };
      post(message, randomOf(stage.seed, `${id} by post`));
    },
    ask: (to, id, payload) => {
      const keys = keysIn(payload);
      const message = { to, id, payload, keys, attempt: 0, since: stage.line.now };
      return new Promise(resolve =>
        start(message, { done: resolve, failed: () => resolve(undefined) }),
      );
    },
    queue: actor => functionName => queueOf(functionName as FunctionName, actor),
  };

  function post(message: Message, random: Random): void {
    cloud.open.add(message);
    const { hits, weather, isOff } = stage.faults;
    const luck = random.next();
    const scale = random.pick([2, 30, 600, 7200]) * SECOND;
    const wait = random.next();
    const isDelayed = luck < weather.delayed && hits(`${message.id}>`, 'delayed');
    stage.line.at(stage.line.now + (isDelayed ? wait * scale : isOff ? 5 : wait * 200), () =>
      arrive(message),
    );
    if (random.chance(weather.doubled) && hits(`${message.id}+`, 'doubled')) {
      const double = { ...message, id: `${message.id}+` };
      cloud.open.add(double);
      stage.line.at(stage.line.now + random.next() * scale, () => arrive(double));
    }
  }

  function arrive(message: Message): void {
    const end = (how: 'done' | 'retried' | 'given up') => {
      if (how !== 'retried') cloud.open.delete(message);
      around.ended(message, how);
    };
    start(message, {
      done: () => end('done'),
      failed: why => {
        const { retries, hoursToLive } = SETTINGS[message.to];
        const isOld = stage.line.now - message.since > hoursToLive * HOUR;
        if (message.attempt < retries && !isOld) {
          message.attempt += 1;
          const wait = randomOf(stage.seed, `${message.id} ${message.attempt}`).next();
          stage.line.at(stage.line.now + 60 * SECOND + wait * 120 * SECOND, () => arrive(message));
          end('retried');
        } else {
          const { to, id, payload, keys } = message;
          cloud.failures.push({ requestId: id, functionName: to, payload, keys, why });
          stage.tell(id, `given up: ${why}`);
          end('given up');
        }
      },
    });
  }

  function start(
    message: Message,
    ends: { done(answer: unknown): void; failed(why: string): void },
  ) {
    instances.take(message, instance => {
      const name = message.attempt === 0 ? message.id : `${message.id}.${message.attempt}`;
      const actor = newActor(stage, name, message.keys);
      stage.onStage = actor;
      let isOver = false;
      const over = (lives: boolean) => {
        const isFirst = !isOver;
        isOver = true;
        limit.happen = undefined;
        if (isFirst) instances.give(instance, lives);
        return isFirst;
      };
      const { timeout } = SETTINGS[message.to];
      actor.givesUpAt = stage.line.now + timeout * SECOND - GIVES_UP_BEFORE;
      const limit = stage.line.at(stage.line.now + timeout * SECOND, () => {
        stage.tell(name, 'killed by the platform: its time is over');
        for (const asked of actor.open) stage.killed(actor, asked);
        kill(actor);
      });
      actor.died = () => over(false) && ends.failed('killed');
      stage.tell(name, `${message.to} begins`);
      const real = functions[message.to];
      const handler = around.handler?.(message.to, real) ?? real;
      handler(message.payload, {
        ...around.env(actor),
        requestId: name,
        functionName: message.to,
        timeoutSeconds: timeout,
        retryCount: around.hasRetryCount ? message.attempt : undefined,
        cache: instance.cache,
      }).then(
        answer => {
          if (actor.isDead || !over(true)) return;
          stage.tell(name, 'ends');
          ends.done(answer);
        },
        (thrown: unknown) => {
          if (actor.isDead || !over(true)) return;
          const failure = failureOf(thrown);
          const { code, message: text } = failure;
          stage.tell(name, `throws ${code}: ${text}`);
          around.threw(name, failure);
          ends.failed(`${code}: ${text}`);
        },
      );
    });
  }

  function queueOf(to: FunctionName, actor: Actor): InvocationQueue {
    const busy = () => new Failure('QUEUE_BUSY', 'Function Compute did not answer');
    const ask = <T>(about: string, effect: () => T) =>
      call(stage, actor, { where: 'queue', verb: 'submit', about }, { effect, refusal: busy });
    let sent = 0;
    return {
      submit: (id, payload) =>
        ask(`${to} ${id}`, () => {
          if (!SETTINGS[to].hasTasks) {
            throw new Failure('QUEUE_DENIED', 'no tasks', { apiCode: 'InvalidArgument' });
          }
          if (tasks.has(`${to} ${id}`)) return 'duplicate' as const;
          tasks.add(`${to} ${id}`);
          cloud.send(to, shortened(id), payload);
          return 'accepted' as const;
        }),
      invoke: payload =>
        ask(to, () => {
          sent += 1;
          cloud.send(to, `${actor.name}/${sent}`, payload);
        }),
    };
  }
  return cloud;
}

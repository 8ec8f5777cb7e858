import { Failure, failureOf } from '../../shared/core/failure.ts';
import type { InvocationQueue } from '../../shared/ports.ts';
import { type Actor, call, kill, newActor, type Stage } from './actors.ts';
import { type Random, randomOf } from './random.ts';
import {
  type Env,
  type FunctionName,
  functions,
  type Invocation,
  type Lost,
  type ListCache,
} from './wiring.ts';

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

export interface Message {
  to: FunctionName;
  id: string;
  payload: Buffer;
  keys: string[];
  attempt: number;
  since: number;
}

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
}

export type Handler = (event: Buffer, invocation: Invocation) => Promise<unknown>;

const SECOND = 1000;
/** As shared/fc/context.ts has it. */
const GIVES_UP_BEFORE = 1500;
const HOUR = 3_600_000;

export function simulatedCloud(around: CloudSurroundings): Cloud {
  const { stage } = around;
  const instances = instancesOf(stage);
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
          const { code, message: text } = failureOf(thrown);
          stage.tell(name, `throws ${code}: ${text}`);
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

/** A hash says nothing to a reader of traces; what comes before it, and four digits of it, do. */
function shortened(id: string): string {
  return id.replace(/[0-9a-f]{30,}/, hash => hash.slice(0, 6));
}

interface Instance {
  of: FunctionName;
  cache: ListCache;
}

/** One request at a time in each; a warm one remembers the list. */
function instancesOf(stage: Stage) {
  const warm = new Map<FunctionName, Instance[]>();
  const working = new Map<FunctionName, number>();
  const waiting: { message: Message; begin: (instance: Instance) => void }[] = [];
  const isFull = (of: FunctionName) => (working.get(of) ?? 0) >= SETTINGS[of].instances;
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

/** Whom a payload is about; of our own and of OSS's. */
function keysIn(payload: Buffer): string[] {
  const text = payload.toString('utf8');
  if (!text.startsWith('{')) return [originalOf(text)];
  const parsed = JSON.parse(text);
  const event = parsed.kind === 'darkroom.replay' ? parsed.event : parsed;
  if (Array.isArray(event.keys)) return event.keys;
  const records: { oss: { object: { key: string } } }[] = event.events ?? [];
  return records.map(({ oss }) => oss.object.key);
}

/** Of a miss: its file's own original. */
function originalOf(key: string): string {
  return key.split('/').slice(0, -2).join('/');
}

import { Failure } from '../../shared/core/failure.ts';
import type { Faults, Kind } from './faults.ts';
import { type Random, randomOf } from './random.ts';
import type { Timeline } from './timeline.ts';

/** A process that runs use cases: an invocation of a function, or a command on somebody's machine. */
export interface Actor {
  name: string;
  random: Random;
  isDead: boolean;
  /** What takes effect at the moment is a call that it gave up. */
  isLate: boolean;
  /** Originals that it was asked about: nobody else's files are its business. */
  keys: ReadonlySet<string>;
  calls: number;
  /** Calls that have not been answered. */
  open: Set<Asked>;
  /** Calls by what they do. */
  made: Map<string, number>;
  /** The call that takes long: the so-manieth of its kind. */
  slow: { verb: string; number: number } | undefined;
  /** From then on no call waits for a store: as the adapter does it, a moment before the function is killed. */
  givesUpAt: number;
  /** Told once, when it is killed. */
  died: () => void;
}

export interface Asked {
  where: string;
  verb: string;
  about: string;
}

export interface Stage {
  seed: number;
  line: Timeline;
  faults: Faults;
  /** Whose code runs at the moment. */
  onStage: Actor | undefined;
  tell(who: string, what: string): void;
  /** Called when a late effect is promised, and when it came. */
  haunt(actor: Actor, by: 1 | -1): void;
  killed(actor: Actor, asked: Asked): void;
}

/** What decides races is when somebody writes, and when somebody looked before it. */
const SLOW: [Slow, ...Slow[]] = [
  { verb: 'any', among: 24 },
  { verb: 'any', among: 12 },
  { verb: 'PUT', among: 6 },
  { verb: 'PUT', among: 3 },
  { verb: 'DELETE', among: 2 },
  { verb: 'HEAD', among: 4 },
];

interface Slow {
  verb: string;
  among: number;
}

export function newActor(stage: Stage, name: string, keys: Iterable<string>): Actor {
  const random = randomOf(stage.seed, name);
  const isSlow = random.chance(stage.faults.weather.pauses);
  const slow = random.pick(SLOW);
  const number = random.below(slow.among);
  return {
    name,
    random,
    isDead: false,
    isLate: false,
    keys: new Set(keys),
    calls: 0,
    open: new Set(),
    made: new Map(),
    slow: isSlow ? { verb: slow.verb, number } : undefined,
    givesUpAt: Number.POSITIVE_INFINITY,
    died: () => undefined,
  };
}

export function kill(actor: Actor): void {
  if (actor.isDead) return;
  actor.isDead = true;
  actor.died();
}

/** What becomes of one call, decided when it is made. */
interface Fate {
  latency: number;
  fault: Kind | undefined;
  ghostAfter: number;
}

export const TIMEOUT = 60_000;
const MINUTE = 60_000;

/** Always as many throws of the dice, so that one fault left out changes no other. */
function fateOf(actor: Actor, { where, verb }: Asked, { faults, line }: Stage): Fate {
  const { random } = actor;
  const number = actor.calls;
  actor.calls += 1;
  const id = `${actor.name}#${number}`;
  const [speed, luck, detail] = [random.next(), random.next(), random.next()];
  const quick = 1 + Math.floor(speed * 15);
  if (faults.isOff) return { latency: quick, fault: undefined, ghostAfter: 0 };
  const fault = faultOf(luck, detail, faults);
  const isHit = fault !== undefined && faults.hits(id, fault);
  const isOut = isInOutage(where, line.now, faults) && faults.hits(`!outage-${where}`, 'outage');
  const isSlow = isSlowOne(actor, verb) || speed > 0.97;
  const latency =
    isSlow && faults.hits(`${id}~`, 'pause') ? slowLatency(speed, detail, number) : quick;
  if (isHit && fault === 'late') {
    return { latency: TIMEOUT, fault, ghostAfter: Math.floor(detail * 10 * MINUTE) };
  }
  if (isHit) return { latency, fault, ghostAfter: 0 };
  return { latency, fault: isOut ? 'fails-before' : undefined, ghostAfter: 0 };
}

function isSlowOne({ slow, made, calls }: Actor, verb: string): boolean {
  const number = made.get(verb) ?? 0;
  made.set(verb, number + 1);
  if (slow?.verb === 'any') return slow.number === calls - 1;
  return slow?.verb === verb && slow.number === number;
}

function faultOf(luck: number, detail: number, { weather }: Faults): Kind | undefined {
  const { fails, late, kills } = weather;
  if (luck < fails) return detail < 0.5 ? 'fails-before' : 'fails-after';
  if (luck < fails + late) return 'late';
  if (luck < fails + late + kills) return detail < 0.5 ? 'killed-before' : 'killed-after';
  return undefined;
}

function isInOutage(where: string, now: number, { weather: { outage } }: Faults): boolean {
  return outage?.bucket === where && now >= outage.from && now < outage.to;
}

/** Some are a moment, some as long as a client waits at all, whatever the retries of its library. */
function slowLatency(speed: number, detail: number, number: number): number {
  const scale = [300, 3_000, 20_000, 90_000][(number + Math.floor(speed * 1000)) % 4] ?? 300;
  return Math.floor(scale * (0.2 + detail));
}

export interface Done<T> {
  effect(): T;
  /** What the caller gets where it fails; undefined for what cannot fail in passing. */
  refusal: (() => Error) | undefined;
}

/**
 * Every call of a port comes through here: its caller waits, others run, and then it takes effect, or fails, or takes
 * its process with it.
 */
export function call<T>(stage: Stage, actor: Actor, asked: Asked, done: Done<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (actor.isDead) return;
    const fate = givenUp(fateOf(actor, asked, stage), actor, asked, stage.line.now);
    const { refusal, effect } = done;
    const fault = refusal || fate.fault?.startsWith('killed') ? fate.fault : undefined;
    const told = (end: string) =>
      stage.tell(actor.name, `${asked.verb} ${asked.where} ${asked.about}${end}`);
    const takeEffect = () => {
      try {
        const answer = effect();
        if (!actor.isDead) resolve(answer);
      } catch (thrown) {
        if (!actor.isDead) reject(thrown);
      }
    };
    actor.open.add(asked);
    const happen = () => {
      if (actor.isDead) return;
      actor.open.delete(asked);
      stage.onStage = actor;
      told(fault ? ` : ${fault}` : '');
      if (fault === undefined) takeEffect();
      else if (fault === 'late') haunt(stage, actor, fate.ghostAfter, effect, { asked, told });
      else if (fault.endsWith('-after')) unheard(effect);
      if (fault?.startsWith('killed')) {
        stage.killed(actor, asked);
        kill(actor);
      } else if (fault && refusal) reject(refusal());
    };
    stage.line.at(stage.line.now + fate.latency, happen);
  });
}

/** A call whose answer would come too late fails in time, and takes effect when it would have. */
function givenUp(fate: Fate, { givesUpAt }: Actor, { where }: Asked, now: number): Fate {
  const left = Math.max(0, givesUpAt - now);
  if (where === 'codec' || fate.latency <= left) return fate;
  const fault = fate.fault === 'fails-before' ? fate.fault : 'late';
  return { latency: left, fault, ghostAfter: fate.latency - left + fate.ghostAfter };
}

/** Nobody is there any more to hear that it was refused. */
function unheard(effect: () => unknown): void {
  try {
    effect();
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
  }
}

/** It was on its way when the caller gave it up. */
function haunt(
  stage: Stage,
  actor: Actor,
  after: number,
  effect: () => unknown,
  { asked, told }: { asked: Asked; told: (end: string) => void },
): void {
  stage.haunt(actor, 1);
  stage.line.at(stage.line.now + after, () => {
    told(' : arrives late');
    // A mark without a decoder: nobody can tell it from one whose decoder did not come back.
    if (asked.verb === 'PUT' && asked.about.startsWith('crashes/')) stage.killed(actor, asked);
    stage.onStage = actor;
    actor.isLate = true;
    unheard(effect);
    actor.isLate = false;
    stage.haunt(actor, -1);
  });
}

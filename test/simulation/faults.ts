import { type Random, randomOf } from './random.ts';

/** How rough the world of one history is. Shares are of calls, or of messages. */
export interface Weather {
  /** A call fails, before or after its effect. */
  fails: number;
  /** A call is given up after the client's time-out, and takes effect later all the same. */
  late: number;
  /** The process that made the call is gone, before or after its effect. */
  kills: number;
  /** One of a process's calls takes long, so that others overtake it. */
  pauses: number;
  lost: number;
  doubled: number;
  delayed: number;
  /** A bucket does not answer for a while. */
  outage: { bucket: string; from: number; to: number } | undefined;
}

export type Kind =
  | 'fails-before'
  | 'fails-after'
  | 'late'
  | 'killed-before'
  | 'killed-after'
  | 'pause'
  | 'lost'
  | 'doubled'
  | 'delayed'
  | 'outage';

/** What went wrong in one history, each with a name that a replay can leave out or keep. */
export interface Faults {
  weather: Weather;
  /** Whether it happens; noted if so. */
  hits(id: string, kind: Kind): boolean;
  hit: { id: string; kind: Kind }[];
  isOff: boolean;
}

export function faultsOf(weather: Weather, only?: ReadonlySet<string>): Faults {
  const seen = new Set<string>();
  const faults: Faults = {
    weather,
    hit: [],
    isOff: false,
    hits: (id, kind) => {
      if (faults.isOff || (only && !only.has(id))) return false;
      if (!seen.has(id)) faults.hit.push({ id, kind });
      seen.add(id);
      return true;
    },
  };
  return faults;
}

const CALM = { fails: 0, late: 0, kills: 0, lost: 0, doubled: 0, delayed: 0, outage: undefined };

const HOUR = 3_600_000;

/** A third of all histories has nothing but bad timing: what fails there is a race. */
export function weatherOf(seed: number, start: number): Weather {
  const random = randomOf(seed, 'weather');
  const kind = random.below(6);
  const pauses = 0.4;
  if (kind < 2) return { ...CALM, pauses, doubled: random.chance(0.5) ? 0.1 : 0 };
  if (kind === 2) return { ...CALM, pauses, lost: 0.15, doubled: 0.15, delayed: 0.25 };
  const strength = random.pick([0.01, 0.02, 0.06]);
  return {
    pauses,
    fails: strength,
    late: random.chance(0.5) ? strength / 2 : 0,
    kills: random.chance(0.6) ? strength / 2 : 0,
    lost: random.chance(0.3) ? 0.1 : 0,
    doubled: 0.1,
    delayed: 0.1,
    outage: outageOf(random, start),
  };
}

function outageOf(random: Random, start: number): Weather['outage'] {
  const isDue = random.chance(0.15);
  const bucket = random.pick(['originals', 'derivatives', 'config']);
  const from = start + random.next() * HOUR;
  const to = from + random.next() * 0.5 * HOUR;
  return isDue ? { bucket, from, to } : undefined;
}

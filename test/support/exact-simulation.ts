import { type Cloud, FC, type Work } from '../../cli/rehearse/model/cloud.ts';
import { type Random, seeded } from '../../cli/rehearse/model/random.ts';

/**
 * The same platform as cli/rehearse/model, without slots and without sums: each upload, each attempt, each instance and
 * each request to OSS is one by itself, at any moment. Slow, and written to be seen to be right.
 */
export interface Exact {
  /** Seconds, in order. */
  ready: number[];
  /** Seconds, of those that never were ready among them. */
  stays: number[];
  tooOld: number;
  givenUp: number;
  peakInstances: number;
  longestQueue: number;
  endedAfterSeconds: number;
  throttled: number;
  coldStarts: number;
  refused: number;
}

interface Upload {
  born: number;
  failures: number;
  throttled: number;
}

export function simulateExactly(times: number[], work: Work, cloud: Cloud, seed: number): Exact {
  const random = seeded(seed);
  const { at, run } = openClock();
  const instances = openPool(cloud);
  const oss = openOss(cloud, random, at);
  const result = { tooOld: 0, givenUp: 0, longestQueue: 0, throttled: 0, coldStarts: 0 };
  const ready: number[] = [];
  const stays: number[] = [];
  const line: Upload[] = [];
  let waiting = 0;
  const isLine = cloud.waiting === 'line';
  const oldest = isLine ? cloud.eventAge : Math.min(cloud.eventAge, FC.throttledFor);
  const wait = (by: number) => {
    waiting += by;
    result.longestQueue = Math.max(result.longestQueue, waiting);
  };

  function attempt(now: number, upload: Upload): void {
    if (isLine && line.length > 0) {
      line.push(upload);
      wait(1);
      return;
    }
    const taken = instances.take(now);
    if (taken !== undefined) begin(now, upload, taken);
    else if (isLine) {
      line.push(upload);
      wait(1);
    } else if (turnAway(now, upload)) wait(1);
  }

  function turnAway(now: number, upload: Upload): boolean {
    result.throttled += 1;
    const pause = Math.min(FC.firstBackOff * 2 ** upload.throttled, cloud.longestBackOff);
    if (now + pause - upload.born > oldest) {
      result.tooOld += 1;
      stays.push(now - upload.born);
      return false;
    }
    const next = { ...upload, throttled: upload.throttled + 1 };
    at(now + pause, then => {
      wait(-1);
      attempt(then, next);
    });
    return true;
  }

  function begin(now: number, upload: Upload, isNew: boolean): void {
    if (isNew) result.coldStarts += 1;
    const start = now + (isNew ? cloud.coldStart : 0);
    const service = work.serviceSeconds[Math.floor(random() * work.serviceSeconds.length)]!;
    oss.ask(start, service, work, (end, isRefused) => {
      at(end, then => {
        instances.give(then);
        if (isRefused || random() < work.failing) fail(then, upload);
        else {
          ready.push(then - upload.born);
          stays.push(then - upload.born);
        }
        next(then);
      });
    });
  }

  function fail(now: number, { born, failures }: Upload): void {
    if (failures >= cloud.retries) {
      result.givenUp += 1;
      stays.push(now - born);
      return;
    }
    const again = { born, failures: failures + 1, throttled: 0 };
    at(now + FC.firstRetry * 2 ** failures, then => attempt(then, again));
  }

  function next(now: number): void {
    for (let first = line[0]; first; first = line[0]) {
      const isLate = now - first.born > oldest;
      const taken = isLate ? undefined : instances.take(now);
      if (!isLate && taken === undefined) return;
      line.shift();
      wait(-1);
      if (taken === undefined) {
        result.tooOld += 1;
        stays.push(now - first.born);
      } else begin(now, first, taken);
    }
  }

  for (const time of times) {
    at(time, now => attempt(now, { born: now, failures: 0, throttled: 0 }));
  }
  const endedAfterSeconds = run();
  ready.sort((a, b) => a - b);
  const { peak } = instances;
  return {
    ...result,
    ready,
    stays,
    endedAfterSeconds,
    peakInstances: peak(),
    refused: oss.refused(),
  };
}

type Act = (now: number) => void;

function openClock() {
  const heap: { time: number; act: Act }[] = [];
  const time = (index: number) => heap[index]?.time ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    at(when: number, act: Act): void {
      let here = heap.push({ time: when, act }) - 1;
      for (let above = (here - 1) >> 1; here > 0 && time(above) > when; above = (here - 1) >> 1) {
        swap(here, above);
        here = above;
      }
    },
    run(): number {
      let now = 0;
      while (heap.length > 0) {
        const { act, time: then } = heap[0]!;
        now = then;
        swap(0, heap.length - 1);
        heap.pop();
        for (let here = 0; ; ) {
          const below = time(2 * here + 2) < time(2 * here + 1) ? 2 * here + 2 : 2 * here + 1;
          if (time(below) >= time(here)) break;
          swap(here, below);
          here = below;
        }
        act(now);
      }
      return now;
    },
  };
}

function openPool(cloud: Cloud) {
  /** When each has been idle since; the last is taken first. */
  let idle: number[] = Array.from({ length: cloud.provisioned }, () => 0);
  let alive = cloud.provisioned;
  let starts = cloud.burst;
  let filledAt = 0;
  let peak = alive;
  return {
    /** Whether it is a new one, or undefined where there is none. */
    take(now: number): boolean | undefined {
      starts = Math.min(cloud.burst, starts + ((now - filledAt) * cloud.burst) / 60);
      filledAt = now;
      const ended = idle.filter(since => since <= now - cloud.idle).length;
      const some = Math.min(ended, alive - cloud.provisioned);
      idle = idle.slice(some);
      alive -= some;
      if (idle.pop() !== undefined) return false;
      if (alive >= cloud.mostInstances || starts < 1) return undefined;
      alive += 1;
      starts -= 1;
      peak = Math.max(peak, alive);
      return true;
    },
    give: (now: number) => void idle.push(now),
    peak: () => peak,
  };
}

const WINDOW = 0.05;

function openOss({ oss }: Cloud, random: Random, at: (when: number, act: Act) => void) {
  let window = -1;
  let asked = 0;
  let refused = 0;

  function isTaken(now: number): boolean {
    const current = Math.floor(now / WINDOW);
    if (current !== window) asked = 0;
    window = current;
    asked += 1;
    if (asked <= oss.requestsPerSecond * WINDOW) return true;
    refused += 1;
    return false;
  }

  /** Calls back with how much later than first asked it was answered. */
  function request(first: number, done: (late: number, isRefused: boolean) => void): void {
    const { retries, minTimeout, maxTimeout, factor } = oss.retries;
    const ask = (now: number, attempt: number): void => {
      const isDone = isTaken(now);
      if (isDone || attempt === retries) {
        done(now - first, !isDone);
        return;
      }
      const pause = Math.min((1 + random()) * minTimeout * factor ** attempt, maxTimeout) / 1000;
      at(now + pause, then => ask(then, attempt + 1));
    };
    at(first, now => ask(now, 0));
  }

  return {
    ask(
      start: number,
      service: number,
      work: Work,
      done: (end: number, isRefused: boolean) => void,
    ): void {
      if (!Number.isFinite(oss.requestsPerSecond)) {
        done(start + service, false);
        return;
      }
      const all = Math.round(work.puts + work.gets);
      let isOneRefused = false;
      let inTurn = 0;
      let longest = 0;
      let open = all;
      const answered = (isRefused: boolean) => {
        isOneRefused ||= isRefused;
        open -= 1;
        if (open === 0) done(start + service + inTurn + longest, isOneRefused);
      };
      // Evenly over the work; what comes after one that others wait for comes later by its wait.
      const next = (index: number): void => {
        if (index === all) return;
        const isInTurn =
          Math.floor(((index + 1) * work.inTurn) / all) > (index * work.inTurn) / all;
        const when = start + (service * (index + 0.5)) / all + inTurn;
        request(when, (late, isRefused) => {
          if (isInTurn) inTurn += late;
          else longest = Math.max(longest, late);
          answered(isRefused);
          if (isInTurn) next(index + 1);
        });
        if (!isInTurn) next(index + 1);
      };
      next(0);
    },
    refused: () => refused,
  };
}

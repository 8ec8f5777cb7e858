/**
 * The use cases ask the process for the time in places that have no clock of their own. While a history runs, this
 * process has its time; afterwards everything is as it was.
 */
export interface VirtualTime {
  now(): number;
  /** Of whatever code runs at the moment. */
  sleep(milliseconds: number, wake: () => void): { cancel(): void };
}

/** Of the history that runs. */
let running: VirtualTime | undefined;

export function withVirtualTime<T>(time: VirtualTime, work: () => Promise<T>): Promise<T> {
  const real = {
    Date: globalThis.Date,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: performance.now,
    random: Math.random,
  };
  const restore = () => {
    running = undefined;
    globalThis.Date = real.Date;
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    performance.now = real.now;
    Math.random = real.random;
  };
  running = time;
  globalThis.Date = VirtualDate;
  // Node's own type has overloads and a promisified form, which no use case asks for.
  Object.assign(globalThis, { setTimeout: sleep, clearTimeout: cancel });
  performance.now = now;
  Math.random = half;
  return work().finally(restore);
}

/*
 * The same for all histories: code that met another Date in each would not be kept compiled, and what V8 keeps of each
 * until it collects all garbage would keep that history's whole world.
 */
const now = () => running?.now() ?? Number.NaN;
const sleep = (wake: () => void, milliseconds = 0) => running?.sleep(milliseconds, wake);
const cancel = (timer?: { cancel(): void }) => timer?.cancel();
const half = () => 0.5;
const VirtualDate = dateOf(globalThis.Date);

/** Makes plain dates: a proxy would be asked for each of them, and there are many. */
function dateOf(Real: DateConstructor): DateConstructor {
  function AtThatTime(given?: number | string | Date): Date {
    return new Real(given ?? now());
  }
  return Object.assign(AtThatTime, {
    now,
    parse: Real.parse,
    UTC: Real.UTC,
    prototype: Real.prototype,
  }) as unknown as DateConstructor;
}

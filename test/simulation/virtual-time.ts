/**
 * The use cases ask the process for the time in places that have no clock of their own. While a history runs, this
 * process has its time; afterwards everything is as it was.
 */
export interface VirtualTime {
  now(): number;
  /** Of whatever code runs at the moment. */
  sleep(milliseconds: number, wake: () => void): { cancel(): void };
}

export function withVirtualTime<T>(time: VirtualTime, work: () => Promise<T>): Promise<T> {
  const real = {
    Date: globalThis.Date,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: performance.now,
    random: Math.random,
  };
  const restore = () => {
    globalThis.Date = real.Date;
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    performance.now = real.now;
    Math.random = real.random;
  };
  globalThis.Date = dateOf(real.Date, time);
  const sleep = (wake: () => void, milliseconds = 0) => time.sleep(milliseconds, wake);
  // Node's own type has overloads and a promisified form, which no use case asks for.
  Object.assign(globalThis, {
    setTimeout: sleep,
    clearTimeout: (timer?: { cancel(): void }) => timer?.cancel(),
  });
  performance.now = () => time.now();
  Math.random = () => 0.5;
  return work().finally(restore);
}

/** Makes plain dates: a proxy would be asked for each of them, and there are many. */
function dateOf(Real: DateConstructor, time: VirtualTime): DateConstructor {
  function VirtualDate(given?: number | string | Date): Date {
    return new Real(given ?? time.now());
  }
  return Object.assign(VirtualDate, {
    now: () => time.now(),
    parse: Real.parse,
    UTC: Real.UTC,
    prototype: Real.prototype,
  }) as unknown as DateConstructor;
}

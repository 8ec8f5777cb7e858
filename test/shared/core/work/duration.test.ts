import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ioSchema, waitingSeconds, workingSeconds } from '../../../../shared/core/work/duration.ts';

const IDLE = { cpuSeconds: 2.07, aloneSeconds: 0.14 };

describe('the seconds that work takes in a function', () => {
  it('are those of the idle machine of docs/costs.md: 1.20 s of wall time for 2.07 of CPU', () => {
    expect(workingSeconds(IDLE)).toBeCloseTo(1.2, 1);
  });

  it.each([
    ['what nothing runs beside gains little by a second core', { aloneSeconds: 1 }, 0.87],
    ['files share both', { aloneSeconds: 0 }, 0.556],
  ])('%s', (_, part, seconds) => {
    expect(workingSeconds({ cpuSeconds: 1, ...part })).toBeCloseTo(seconds, 3);
  });

  it('of one file alone are its CPU time', () => {
    expect(workingSeconds({ cpuSeconds: 1, aloneSeconds: 0 }, 1)).toBe(1);
  });

  it('differ by as much as CPU time does, and are never more', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 1.15, noNaN: true }),
        (cpuSeconds, part, slower) => {
          const idle = { cpuSeconds, aloneSeconds: cpuSeconds * part };
          const busy = {
            cpuSeconds: cpuSeconds * slower,
            aloneSeconds: idle.aloneSeconds * slower,
          };
          const [seconds, more] = [workingSeconds(idle), workingSeconds(busy)];
          expect(more / seconds).toBeCloseTo(slower, 9);
          expect(seconds).toBeLessThanOrEqual(cpuSeconds);
        },
      ),
    );
  });
});

describe('the seconds that an invocation waits', () => {
  it('are six round trips, and what is read and written at the bandwidth', () => {
    expect(waitingSeconds(0)).toBeCloseTo(0.09, 9);
    expect(waitingSeconds(80e6)).toBeCloseTo(1.09, 9);
  });

  it('are as slow as the network is said to be', () => {
    const io = ioSchema.parse({ roundTripSeconds: 0.1, bytesPerSecond: 1e6 });
    expect(waitingSeconds(2e6, io)).toBeCloseTo(2.6, 9);
  });
});

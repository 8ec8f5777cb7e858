import { type Bill, billFor, type Prices } from '../../shared/core/work/cost.ts';
import { type Io, waitingSeconds, workingSeconds } from '../../shared/core/work/duration.ts';
import type { Effort } from './bench.ts';
import type { Measured } from './measure.ts';

/** What some measured originals say about all of them. */

export interface Projection {
  files: number;
  cpuSeconds: number;
  /** Of wall time inside functions on their own vCPUs: what is billed. */
  seconds: number;
  /** Written. */
  bytes: number;
  puts: number;
  gets: number;
  bill: Bill;
}

/** By how much all is more than what was measured, each by what it grows with. */
export interface Scale {
  originals: number;
  files: number;
  /** Working on pixels. */
  work: number;
}

export function projected(measured: Measured[], scale: Scale, prices: Prices, io?: Io): Projection {
  const sum = (of: (one: Measured) => number) => measured.reduce((all, one) => all + of(one), 0);
  const files = sum(one => one.files) * scale.files;
  const waiting = sum(one => waitingSecondsOf(one, io)) * scale.originals;
  const seconds = sum(one => workingSeconds(one)) * scale.work + waiting;
  // Each file is one PUT; the manifest and the removals are each original's own.
  const besides = sum(one => one.requests.puts - one.files + one.requests.removes);
  const puts = files + besides * scale.originals;
  const gets = sum(one => one.requests.heads + one.requests.gets) * scale.originals;
  const invocations = measured.length * scale.originals;
  return {
    files,
    cpuSeconds: sum(one => one.cpuSeconds) * scale.work,
    seconds,
    bytes: sum(one => one.bytesWritten) * scale.files,
    puts,
    gets,
    bill: billFor({ invocations, seconds, puts, gets }, prices),
  };
}

/** So many uploads, each as the mean of those measured. */
export function projectedUploads(
  uploads: number,
  measured: Measured[],
  prices: Prices,
  io?: Io,
): Projection {
  const by = uploads / measured.length;
  return projected(measured, { originals: by, files: by, work: by }, prices, io);
}

/** Of an invocation that does it. */
export function billedSeconds(effort: Effort, lanes?: number, io?: Io): number {
  return workingSeconds(effort, lanes) + waitingSecondsOf(effort, io);
}

function waitingSecondsOf({ bytesRead, bytesWritten }: Effort, io?: Io): number {
  return waitingSeconds(bytesRead + bytesWritten, io);
}

import * as z from 'zod';
import { INSTANCE } from './cost.ts';

/**
 * How long an invocation takes on Function Compute, which bills wall time: from CPU time, which says the same on a busy
 * machine, and from what goes over the network. docs/costs.md says where each figure comes from.
 */

/** In a region's own network; assumed, to be checked there. */
export const ioSchema = z.strictObject({
  roundTripSeconds: z.number().min(0).default(0.015).describe('one small request to OSS'),
  bytesPerSecond: z.number().positive().default(80e6).describe('of what is read and written'),
});

export type Io = z.infer<typeof ioSchema>;

const USUAL_IO = ioSchema.parse({});

/** One after another: look, read, last write, look, commit, look. */
export const ROUND_TRIPS = 6;

/** Of an invocation, while no pixel can be worked on: billed, and not to be measured without the cloud. */
export function waitingSeconds(bytes: number, io = USUAL_IO): number {
  return ROUND_TRIPS * io.roundTripSeconds + bytes / io.bytesPerSecond;
}

/** Of all threads. */
export interface CpuSeconds {
  cpuSeconds: number;
  /** Of them, what nothing runs beside: the header, the decode, the search for a crop. */
  aloneSeconds: number;
}

/** A decode has two threads, and the second ends it some 15 % sooner: shared/adapters/sharp/threads.ts. */
const ALONE = 1.15;
/** Of the lanes, while files are made: the last of them ends alone. */
const LANES_AT_WORK = 0.9;

/** Of wall time on the vCPUs of a function, with nobody else on them; `lanes` is how many files can be made at once. */
export function workingSeconds(
  { cpuSeconds, aloneSeconds }: CpuSeconds,
  lanes: number = INSTANCE.vcpu,
): number {
  const beside = Math.max(1, Math.min(lanes, INSTANCE.vcpu) * LANES_AT_WORK);
  return aloneSeconds / ALONE + (cpuSeconds - aloneSeconds) / beside;
}

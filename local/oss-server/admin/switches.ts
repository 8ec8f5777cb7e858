import * as z from 'zod';
import type { Clock } from '../blobs.ts';
import { OssError } from '../errors.ts';
import { faultRule } from './fault-rules.ts';
import { createFaults, type Faults, noFaults } from './faults.ts';

const DAY_MS = 86_400_000;
/** https://www.alibabacloud.com/help/doc-detail/54464.htm: about a minute, of Archive. */
const RESTORE_MS = 60_000;

/** What is left out stays as it is. */
export const orders = z.strictObject({
  /** Take the place of all that were there. */
  faults: z.array(faultRule).max(100).optional(),
  /** Of the lots of these faults. */
  seed: z.int().default(0),
  /** Added to the time of day. */
  clockOffsetMs: z.int().min(-DAY_MS).max(DAY_MS).optional(),
  /** Access key ids that hold no longer. */
  expired: z.array(z.string()).max(1000).optional(),
  /** How long restoring an archived object takes. */
  restoreMs: z.int().min(0).max(DAY_MS).optional(),
});

/** What tests order. @internal */
export type Orders = z.input<typeof orders>;
/** @internal */
export type FaultOrder = z.input<typeof faultRule>;

export interface Told {
  /** How often each fault struck, in the order of the rules. */
  readonly hits: number[];
  readonly clockOffsetMs: number;
  readonly expired: string[];
  readonly restoreMs: number;
}

/** What an administrator can turn while the server runs; all are off when it starts. */
export interface Switches {
  readonly clock: Clock;
  /** Throws as OSS does where the key holds no longer. */
  checkKey(accessKeyId: string): void;
  draw: Faults['draw'];
  restoreMs(): number;
  obey(given: z.output<typeof orders>): void;
  tell(): Told;
}

export function createSwitches(): Switches {
  let faults = noFaults;
  let clockOffsetMs = 0;
  let expired: readonly string[] = [];
  let restoreMs = RESTORE_MS;
  return {
    clock: () => Date.now() + clockOffsetMs,
    checkKey: accessKeyId => {
      if (expired.includes(accessKeyId)) throw expiredKey(accessKeyId);
    },
    draw: request => faults.draw(request),
    restoreMs: () => restoreMs,
    obey(given) {
      if (given.faults) faults = createFaults(given.faults, given.seed);
      clockOffsetMs = given.clockOffsetMs ?? clockOffsetMs;
      expired = given.expired ?? expired;
      restoreMs = given.restoreMs ?? restoreMs;
    },
    tell: () => ({ hits: faults.hits(), clockOffsetMs, expired: [...expired], restoreMs }),
  };
}

/** A temporary key (STS) ends with its token; a lasting one can only be taken away. */
function expiredKey(accessKeyId: string): OssError {
  if (accessKeyId.startsWith('STS.')) return new OssError('SecurityTokenExpired');
  return new OssError('InvalidAccessKeyId', undefined, { OSSAccessKeyId: accessKeyId });
}

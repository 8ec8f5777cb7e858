import { computeUnits, INSTANCE, type Prices, usdForUnits } from '../../shared/core/work/cost.ts';
import type { Work } from './model/cloud.ts';
import type { Outcome } from './model/outcome.ts';

export interface RehearsedBill {
  compute: number;
  /** Of compute, for instances that were held ready and did nothing. */
  idle: number;
  requests: number;
  usd: number;
}

/** As if nothing else had used a month's cheaper tiers. What was throttled or refused costs nothing. */
export function billOf(outcome: Outcome, { puts, gets }: Work, prices: Prices): RehearsedBill {
  const { invocations, instances, oss } = outcome;
  const { count, seconds } = invocations;
  const working = computeUnits({ ...INSTANCE, invocations: count, seconds });
  // An instance that is held ready and idle has memory, and no vCPU that is paid for.
  const held = { ...INSTANCE, vcpu: 0, invocations: 0, seconds: instances.idleProvisionedSeconds };
  const compute = usdForUnits(working + computeUnits(held), prices);
  const share = puts / Math.max(1e-9, puts + gets);
  const usdEach = share * prices.putsPer10000 + (1 - share) * prices.getsPer10000;
  const requests = (oss.accepted * usdEach) / 10_000;
  const idle = compute - usdForUnits(working, prices);
  return { compute, idle, requests, usd: compute + requests };
}

import { INSTANCE_QUOTA, type Prices } from '../../shared/core/work/cost.ts';
import { billOf, type RehearsedBill } from './bill.ts';
import type { Attempt, Work } from './model/cloud.ts';
import { type Fitting, fitting } from './model/fitting.ts';
import { byMinute } from './model/load.ts';
import type { Outcome } from './model/outcome.ts';
import { simulate } from './model/simulate.ts';
import type { RehearseOptions } from './options.ts';
import { cloudWithin, type Deployed, heldByOthers, quotaFor } from './quotas.ts';
import type { ServiceSource } from './service.ts';

export interface Rehearsed {
  quota: number;
  mostInstances: number;
  outcome: Outcome;
  bill: RehearsedBill;
}

export interface Rehearsals {
  options: RehearseOptions;
  declared: Deployed;
  /** Uploads in each minute, from this hour of a day on where it is one. */
  uploads: number[];
  beginsHour: number | undefined;
  service: ServiceSource;
  runs: Rehearsed[];
  needed: (Fitting & { quota?: number }) | undefined;
}

type About = Pick<Rehearsals, 'options' | 'declared' | 'uploads' | 'service'>;

function rehearsalOf(quota: number, { options, declared, uploads, service }: About) {
  const work: Work = { ...service.takes, failing: options.failing };
  const cloud = cloudWithin(quota, options, declared);
  return { load: byMinute(uploads), work, cloud, seed: options.seed };
}

export function runWithin(quota: number, about: About, prices: Prices): Rehearsed {
  const rehearsal = rehearsalOf(quota, about);
  const outcome = simulate(rehearsal);
  const { mostInstances } = rehearsal.cloud;
  return { quota, mostInstances, outcome, bill: billOf(outcome, rehearsal.work, prices) };
}

export function neededFor(readyP99: number, about: About): Rehearsals['needed'] {
  const found = fitting(rehearsalOf(INSTANCE_QUOTA, about), readyP99);
  if (found.by === 'nothing') return found;
  const others = about.options.others ?? heldByOthers(about.declared);
  return { ...found, quota: quotaFor(found.instances, others) };
}

export function jsonOf({ options, uploads, service, runs, needed }: Rehearsals) {
  const { takes, from } = service;
  const named = runs.map(({ outcome: { minutes, ...outcome }, ...run }) => ({
    ...run,
    ...outcome,
  }));
  const total = uploads.reduce((sum, count) => sum + count, 0);
  const { pressure, ...whole } = takes;
  const measured = {
    from,
    ...inMean(whole),
    ...(pressure ? { pressure: inMean(pressure) } : {}),
  };
  return {
    uploads: total,
    minutes: uploads.length,
    seed: options.seed,
    service: measured,
    runs: named,
    needed,
  };
}

function inMean<T extends Attempt>({ serviceSeconds, ...about }: T) {
  const meanSeconds = serviceSeconds.reduce((sum, one) => sum + one, 0) / serviceSeconds.length;
  return { samples: serviceSeconds.length, meanSeconds, ...about };
}

import { durationAsText, grouped, inColumns, rough, usdAsText } from '../terminal/figures.ts';
import { SPIKE_BEGINS_HOUR } from './model/load.ts';
import { heldByOthers } from './quotas.ts';
import type { Rehearsals, Rehearsed } from './rehearsals.ts';

export function tellRehearsal(rehearsals: Rehearsals): string {
  const { needed } = rehearsals;
  return [
    ...tellWhat(rehearsals),
    '',
    inColumns([HEAD, ...rehearsals.runs.map(rowOf)], [...HEAD.keys()]),
    '',
    ...rehearsals.runs.flatMap(tellLosses),
    ...tellOss(rehearsals),
    ...(needed ? [tellNeeded(rehearsals)] : []),
    'Left out: misses, traffic limits of OSS, failures of the cloud itself. See docs/capacity.md.',
  ].join('\n');
}

/** In lines that a page has too. */
export function tellWhat({ options, declared, uploads, service }: Rehearsals): string[] {
  const total = uploads.reduce((sum, count) => sum + count, 0);
  const most = uploads.reduce((most, count) => Math.max(most, count), 0) / 60;
  const { spike, spikeHours, uploadsPerDay = 0 } = options;
  const day =
    options.uploads === undefined
      ? `A day of ${grouped(uploadsPerDay)} uploads, with ${spike} times the usual peak from ${SPIKE_BEGINS_HOUR}:00 on for ${rough(spikeHours)} hours`
      : `${grouped(uploads.length)} minutes of ${options.uploads}`;
  const others = options.others ?? heldByOthers(declared);
  const from =
    options.others === undefined
      ? ` (${declared.others.map(one => `${one.name} ${one.instances}`).join(', ')})`
      : '';
  const { takes } = service;
  const mean = meanOf(takes.serviceSeconds);
  return [
    `${day}: ${grouped(total)} uploads, ${grouped(most)} a second at most.`,
    `One takes ${rough(mean)} seconds and ${rough(takes.puts + takes.gets)} requests to OSS: ${service.from}.`,
    ...tellPressure(service),
    `Other functions hold ${grouped(others)} instances of a quota${from}; without an instance an event ${options.waiting === 'line' ? 'waits in line' : 'backs off'}.`,
  ];
}

function tellPressure({ takes: { pressure } }: Rehearsals['service']): string[] {
  if (!pressure) return [];
  const { afterSeconds, serviceSeconds, puts } = pressure;
  return [
    `One that waited longer than ${durationAsText(afterSeconds)} takes ${rough(meanOf(serviceSeconds))} seconds and ${rough(puts)} writes: what is urgent of it.`,
  ];
}

function meanOf(seconds: number[]): number {
  return seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
}

const HEAD = [
  'quota',
  'for uploads',
  'peak',
  'ready p50',
  'p95',
  'p99',
  'worst',
  'longest queue',
  'drained after',
  'too old',
  'given up',
  'USD',
];

export const HEADINGS = HEAD;

export function rowOf({ quota, mostInstances, outcome, bill }: Rehearsed): string[] {
  const { ready, queue, instances, tooOld, givenUp } = outcome;
  return [
    grouped(quota),
    grouped(mostInstances),
    grouped(instances.peak),
    ...[ready.p50, ready.p95, ready.p99, ready.worst].map(spanAsText),
    grouped(queue.uploads),
    spanAsText(queue.drainedAfterSeconds),
    grouped(tooOld),
    grouped(givenUp),
    usdAsText(bill.usd).replace('USD ', ''),
  ];
}

/** Short enough for a column. */
function spanAsText(seconds: number): string {
  if (seconds < 100) return `${rough(seconds)} s`;
  return seconds < 100 * 60 ? `${rough(seconds / 60)} min` : `${rough(seconds / 3600)} h`;
}

export function tellLosses({ quota, outcome }: Rehearsed): string[] {
  const { tooOld, givenUp, deferred, oss } = outcome;
  const told: string[] = [];
  const lost = tooOld + givenUp;
  if (lost > 0) {
    const why =
      tooOld >= givenUp ? 'grew too old while no instance was free' : 'failed at every attempt';
    told.push(
      `Quota ${grouped(quota)}: ${grouped(lost)} uploads are given up, most because they ${why}. They lie in the failure queue: npx darkroom replay, once instances are free.`,
    );
  }
  if (deferred > 0) {
    told.push(
      `Quota ${grouped(quota)}: of ${grouped(deferred)} uploads what is not urgent is left to whoever asks for it, and to the sweep; that comes on top, and is not in these figures.`,
    );
  }
  const share = oss.refused / Math.max(1, oss.refused + oss.accepted);
  if (share > 0.001) {
    const careful = share > 0.2 ? ' With so many the figures are too good.' : '';
    told.push(
      `Quota ${grouped(quota)}: OSS refuses ${rough(share * 100)} % of all requests.${careful}`,
    );
  }
  return told;
}

export function tellOss({ options, uploads, service }: Rehearsals): string[] {
  const most = uploads.reduce((most, count) => Math.max(most, count), 0) / 60;
  const asked = most * (service.takes.puts + service.takes.gets);
  if (asked <= options.ossRate) return [];
  return [
    `OSS: to keep up at the busiest minute takes ${grouped(asked)} requests a second, it takes ${grouped(options.ossRate)} of an account. Have that raised with the quota, or fewer files be made at once.`,
  ];
}

export function tellNeeded({ options, needed }: Rehearsals): string {
  const target = `99 of 100 within ${durationAsText(options.readyP99 ?? 0)}`;
  if (!needed) return '';
  if (needed.by === 'nothing') {
    const why =
      needed.why === 'oss'
        ? `OSS refuses too much at ${grouped(options.ossRate)} requests a second (--oss-rate)`
        : 'the work itself takes longer';
    return `No quota holds ${target}: ${why}.`;
  }
  const quota = `a quota of ${grouped(needed.quota ?? 0)} (${grouped(needed.instances)} for uploads)`;
  if (needed.by === 'instances') return `The smallest that holds ${target}: ${quota}.`;
  return `No quota alone holds ${target}, since instances come too slowly. With ${quota} it takes ${grouped(needed.provisioned)} provisioned instances.`;
}

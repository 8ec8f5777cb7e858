import { type Bill, billFor, type Prices, type Work } from '../../shared/core/work/cost.ts';
import { waitingSeconds } from '../../shared/core/work/duration.ts';
import type { Assumptions } from '../measure/assumptions.ts';
import type { Measured } from '../measure/measure.ts';
import { billedSeconds, projectedUploads } from '../measure/projection.ts';
import { placesSeen, sharesOf, type Views } from '../measure/views.ts';
import { grouped, inColumns, rough, usdAsText, volumeAsText } from '../terminal/figures.ts';

/** USD, by what is billed. */
interface Cost {
  compute: number;
  requests: number;
  logs: number;
  /** Traffic from OSS to the CDN. */
  fill: number;
  /** Traffic from the CDN to those who look. */
  traffic: number;
  cdnRequests: number;
  usd: number;
}

export interface Million {
  uploads: Cost & { gigabytes: number; storageUsdMonth: number };
  views: Cost & {
    gigabytes: number;
    fillGigabytes: number;
    /** Files that a view had made. */
    misses: number;
  };
  /** A million uploads and all that is ever seen of them. */
  both: Cost;
}

const MILLION = 1e6;

export function perMillion(
  measured: Measured[],
  prices: Prices,
  assumptions: Assumptions,
): Million {
  const { perPhoto } = assumptions.views;
  const uploads = millionUploads(measured, prices, assumptions);
  const views = millionViews(measured, prices, assumptions);
  const names = Object.keys(rows) as (keyof Cost)[];
  const both = Object.fromEntries(names.map(one => [one, uploads[one] + views[one] * perPhoto]));
  return { uploads, views, both: both as unknown as Cost };
}

function millionUploads(measured: Measured[], prices: Prices, assumptions: Assumptions) {
  const { bill, bytes } = projectedUploads(MILLION, measured, prices, assumptions.io);
  const gigabytes = bytes / 1e9;
  const logs = logGigabytes(MILLION, assumptions) * prices.logGigabyte;
  return {
    ...costOf({ bill, logs }),
    gigabytes,
    storageUsdMonth: gigabytes * prices.gigabyteMonth,
  };
}

function millionViews(measured: Measured[], prices: Prices, assumptions: Assumptions) {
  const seen = measured.map(one => seenOf(one, assumptions));
  const scale = MILLION / (measured.length * assumptions.views.perPhoto);
  const sum = (of: (one: Seen) => number) => scale * seen.reduce((all, one) => all + of(one), 0);
  const work = {
    // A view's own, and that of the batch which records the file.
    invocations: 2 * sum(one => one.misses),
    seconds: sum(one => one.work.seconds),
    puts: sum(one => one.work.puts),
    gets: sum(one => one.work.gets + one.fills),
  };
  const fillGigabytes = sum(one => one.fillBytes) / 1e9;
  const gigabytes = sum(one => one.viewBytes) / 1e9;
  return {
    ...costOf({
      bill: billFor(work, prices),
      logs: logGigabytes(work.invocations, assumptions) * prices.logGigabyte,
      fill: fillGigabytes * prices.originGigabyte,
      traffic: gigabytes * prices.cdnGigabyte,
      cdnRequests: (MILLION / 10_000) * prices.cdnRequestsPer10000,
    }),
    gigabytes,
    fillGigabytes,
    misses: sum(one => one.misses),
  };
}

/** Over all views of one photo. */
interface Seen {
  viewBytes: number;
  fills: number;
  fillBytes: number;
  misses: number;
  work: Omit<Work, 'invocations'>;
}

function seenOf({ renditions }: Measured, { views, io }: Assumptions): Seen {
  const shares = sharesOf(renditions, views);
  const files = renditions.map(({ bytes, miss }, index) => {
    const share = shares[index] ?? 0;
    const missed = miss ? placesSeen(share, views) : 0;
    const fills = placesSeen(share, views, views.edgeRegions);
    return { bytes, miss, missed, fills, viewed: share * views.perPhoto };
  });
  const sum = (of: (file: (typeof files)[number]) => number) =>
    files.reduce((all, file) => all + of(file), 0);
  return {
    viewBytes: sum(({ bytes, viewed }) => bytes * viewed),
    fills: sum(({ fills }) => fills),
    fillBytes: sum(({ bytes, fills }) => bytes * fills),
    misses: sum(({ missed }) => missed),
    work: {
      // One file has one lane; the batch that records it waits by itself.
      seconds: sum(({ miss, missed }) =>
        miss ? missed * (billedSeconds(miss, 1, io) + waitingSeconds(0, io)) : 0,
      ),
      puts: sum(({ miss, missed }) =>
        miss ? missed * (miss.requests.puts + miss.requests.removes) : 0,
      ),
      gets: sum(({ miss, missed }) =>
        miss ? missed * (miss.requests.heads + miss.requests.gets) : 0,
      ),
    },
  };
}

function logGigabytes(invocations: number, { logs }: Assumptions): number {
  return (invocations * logs.linesPerInvocation * logs.bytesPerLine) / 1e9;
}

function costOf(parts: { bill: Bill } & Partial<Omit<Cost, 'compute' | 'requests' | 'usd'>>): Cost {
  const { bill, logs = 0, fill = 0, traffic = 0, cdnRequests = 0 } = parts;
  const usd = bill.usd + logs + fill + traffic + cdnRequests;
  const { compute, requests } = bill;
  return { compute, requests, logs, fill, traffic, cdnRequests, usd };
}

const rows = {
  compute: 'compute',
  requests: 'OSS requests',
  logs: 'logs',
  fill: 'OSS to the CDN',
  traffic: 'CDN to devices',
  cdnRequests: 'CDN requests',
  usd: 'together',
} satisfies Record<keyof Cost, string>;

export function tellMillion({ uploads, views, both }: Million, { perPhoto }: Views): string {
  const head = ['', 'a million uploads', 'a million views', 'both'];
  const cells = Object.entries(rows).map(([name, title]) => [
    title,
    ...[uploads, views, both].map(cost => usdAsText(cost[name as keyof Cost])),
  ]);
  return [
    inColumns([head, ...cells], [1, 2, 3]),
    '',
    `“Both” is a million uploads with ${grouped(perPhoto)} views each. Their files are ${volumeAsText(uploads.gigabytes * 1e9)}, ${usdAsText(uploads.storageUsdMonth)} a month.`,
    `A million views are ${volumeAsText(views.gigabytes * 1e9)}, of which the CDN gets ${volumeAsText(views.fillGigabytes * 1e9)} from OSS; ${rough(views.misses)} of them make their file.`,
  ].join('\n');
}

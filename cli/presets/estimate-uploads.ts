import { INSTANCE_QUOTA, type Prices } from '../../shared/core/work/cost.ts';
import type { Assumptions } from '../measure/assumptions.ts';
import { type Projection, projectedUploads } from '../measure/projection.ts';
import type { Sample } from '../measure/sample.ts';
import { grouped, inColumns, rough, usdAsText, volumeAsText } from '../terminal/figures.ts';
import { type Million, perMillion, tellMillion } from './estimate-million.ts';

export interface Uploads {
  uploadsPerDay: number;
  days: number;
  peak: number;
}

export interface UploadsEstimate {
  upload: Projection;
  /** A month's uploads, at the prices of its tiers. */
  month: Projection;
  /** USD a month, for what one month's uploads leave; it adds up month by month. */
  storageUsd: number;
  instances: { mean: number; peak: number; quota: number };
  million: Million;
}

export function estimateUploads(
  { measured }: Sample,
  prices: Prices,
  assumptions: Assumptions,
  { uploadsPerDay, days, peak }: Uploads,
): UploadsEstimate {
  const { io } = assumptions;
  const upload = projectedUploads(1, measured, prices, io);
  const month = projectedUploads(uploadsPerDay * days, measured, prices, io);
  const mean = (uploadsPerDay / 86_400) * upload.seconds;
  return {
    upload,
    month,
    storageUsd: (month.bytes / 1e9) * prices.gigabyteMonth,
    instances: { mean, peak: Math.ceil(mean * peak), quota: INSTANCE_QUOTA },
    million: perMillion(measured, prices, assumptions),
  };
}

export function tellUploads(
  { upload, month, storageUsd, instances, million }: UploadsEstimate,
  { uploadsPerDay, days, peak }: Uploads,
  { views }: Assumptions,
): string {
  const row = (name: string, of: (one: Projection) => number, as: (figure: number) => string) => [
    name,
    as(of(upload)),
    as(of(month) / days),
    as(of(month)),
  ];
  const table = [
    ['', 'an upload', 'a day', `${days} days`],
    ['uploads', '1', grouped(uploadsPerDay), grouped(uploadsPerDay * days)],
    row('files', one => one.files, rough),
    row('stored', one => one.bytes, volumeAsText),
    row('CPU seconds', one => one.cpuSeconds, rough),
    row('seconds billed', one => one.seconds, rough),
    row('compute units', one => one.bill.units, rough),
    row('  they cost', one => one.bill.compute, usdAsText),
    row('OSS requests', one => one.puts + one.gets, rough),
    row('  they cost', one => one.bill.requests, usdAsText),
    row('together', one => one.bill.usd, usdAsText),
  ];
  return [
    inColumns(table, [1, 2, 3]),
    '',
    `Storage: the files of ${days} days cost ${usdAsText(storageUsd)} a month from then on. Months add up; originals come on top.`,
    tellInstances(instances, peak),
    '',
    tellMillion(million, views),
  ].join('\n');
}

function tellInstances({ mean, peak, quota }: UploadsEstimate['instances'], times: number): string {
  const needed = `Instances: ${rough(mean)} busy on average, ${grouped(peak)} at a peak of ${times} times that.`;
  return peak > quota
    ? `${needed} That is above the ${quota} that an account may have in a region: have it raised, or events wait in the queue.`
    : `${needed} An account may have ${quota} in a region, over all its functions, unless it asks for more.`;
}

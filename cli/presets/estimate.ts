import { Command } from 'commander';
import { INSTANCE, INSTANCE_QUOTA, type Prices } from '../../shared/core/work/cost.ts';
import {
  grouped,
  inColumns,
  positive,
  positiveWhole,
  rough,
  statusLine,
  usdAsText,
  volumeAsText,
} from '../terminal/figures.ts';
import { evenly, ownPhotos, photosIn } from '../measure/photos.ts';
import { checkedList } from './presets.ts';
import { pricesFrom } from '../measure/prices.ts';
import { say } from '../terminal/printer.ts';
import { type Projection, projected } from '../measure/projection.ts';
import {
  machineName,
  measureAll,
  nothingMeasured,
  type Sample,
  warningsOf,
} from '../measure/sample.ts';

interface Options {
  uploadsPerDay: number;
  photos?: string;
  most: number;
  presets: string;
  prices?: string;
  peak: number;
  days: number;
  json?: true;
}

export function estimateCommand(): Command {
  return new Command('estimate')
    .description(
      'Say what a number of uploads a day would cost, from photos that are developed here and now to be measured.',
    )
    .requiredOption('--uploads-per-day <n>', 'photos uploaded on an average day', positive)
    .option('--photos <dir>', 'a folder of photos such as yours (default: three of Darkroom’s own)')
    .option('--most <n>', 'photos of that folder to develop, from all over it', positiveWhole, 24)
    .option('--presets <file>', 'the preset list', 'presets.yaml')
    .option('--prices <file>', 'YAML with your prices where they are not the list prices')
    .option('--peak <times>', 'uploads at the busiest time, in times the average', positive, 5)
    .option('--days <n>', 'days in a month', positiveWhole, 30)
    .option('--json', 'one line of JSON')
    .action(estimate);
}

async function estimate(options: Options): Promise<void> {
  const { list, fingerprint } = await checkedList(options.presets);
  const prices = await pricesFrom(options.prices);
  const all = options.photos ? await photosIn(options.photos) : ownPhotos();
  const status = statusLine();
  const sample = await measureAll(evenly(all, options.most), list, { tell: status.tell });
  status.clear();
  if (sample.measured.length === 0) throw nothingMeasured(sample, options.photos);
  const estimated = estimatedFrom(sample, prices, options);
  const from = options.photos ?? 'those that come with Darkroom';
  if (options.json) {
    const named = { photos: from, presets: { file: options.presets, fingerprint } };
    say(JSON.stringify({ ...estimated, ...named, machine: machineName(), sample }));
  } else say(tell(estimated, sample, { ...options, from }));
}

interface Estimate {
  upload: Projection;
  /** A month's uploads, at the prices of its tiers. */
  month: Projection;
  /** USD a month, for what one month's uploads leave; it adds up month by month. */
  storageUsd: number;
  instances: { mean: number; peak: number; quota: number };
}

function estimatedFrom({ measured }: Sample, prices: Prices, options: Options): Estimate {
  const { uploadsPerDay, days, peak } = options;
  const times = (uploads: number) => {
    const by = uploads / measured.length;
    return projected(measured, { originals: by, files: by, work: by }, prices);
  };
  const upload = times(1);
  const month = times(uploadsPerDay * days);
  const mean = (uploadsPerDay / 86_400) * upload.seconds;
  return {
    upload,
    month,
    storageUsd: (month.bytes / 1e9) * prices.gigabyteMonth,
    instances: { mean, peak: Math.ceil(mean * peak), quota: INSTANCE_QUOTA },
  };
}

function tell(
  { upload, month, storageUsd, instances }: Estimate,
  sample: Sample,
  { uploadsPerDay, days, peak, from }: Options & { from: string },
): string {
  const { measured, leftOut } = sample;
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
    `From ${measured.length} photo${measured.length === 1 ? '' : 's'}, ${from}, developed here (${machineName()}) as by a function of ${INSTANCE.vcpu} vCPU and ${INSTANCE.memoryGB} GB.`,
    ...leftOut.map(({ key, leftOut: why }) => `  left out: ${key}: ${why}`),
    '',
    inColumns(table, [1, 2, 3]),
    '',
    `Storage: the files of ${days} days cost ${usdAsText(storageUsd)} a month from then on. Months add up; originals come on top.`,
    tellInstances(instances, peak),
    ...warningsOf(sample),
    'Left out: the CDN, traffic out of the region, logs. See docs/costs.md.',
  ].join('\n');
}

function tellInstances({ mean, peak, quota }: Estimate['instances'], times: number): string {
  const needed = `Instances: ${rough(mean)} busy on average, ${grouped(peak)} at a peak of ${times} times that.`;
  return peak > quota
    ? `${needed} That is above the ${quota} that an account may have in a region: have it raised, or events wait in the queue.`
    : `${needed} An account may have ${quota} in a region, over all its functions, unless it asks for more.`;
}

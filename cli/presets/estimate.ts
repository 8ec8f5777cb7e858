import { Command, Option } from 'commander';
import { Failure } from '../../shared/core/failure.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
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
import { declaredService } from '../cloud/declared.ts';
import { estimateBackfill, shippedConcurrency, tellBackfill } from './estimate-backfill.ts';
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
  uploadsPerDay?: number;
  backfill?: number;
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
      'Say what a number of uploads a day would cost, or a backfill and how long it takes, from photos that are developed here and now to be measured.',
    )
    .option('--uploads-per-day <n>', 'photos uploaded on an average day', positive)
    .addOption(
      new Option('--backfill <n>', 'in place of uploads: originals that are there already')
        .argParser(positiveWhole)
        .conflicts('uploadsPerDay'),
    )
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
  const { uploadsPerDay, backfill } = options;
  if (uploadsPerDay === undefined && backfill === undefined) {
    const message = 'expected --uploads-per-day N or --backfill N, received neither';
    throw new Failure('SETTINGS_INVALID', message);
  }
  const { list, fingerprint } = await checkedList(options.presets);
  const prices = await pricesFrom(options.prices);
  const sample = await sampleOf(list, options);
  const asked =
    uploadsPerDay === undefined
      ? await ofBackfill(backfill ?? 0, sample, prices)
      : ofUploads({ ...options, uploadsPerDay }, sample, prices);
  const from = options.photos ?? 'those that come with Darkroom';
  if (options.json) {
    const named = { photos: from, presets: { file: options.presets, fingerprint } };
    say(JSON.stringify({ ...asked.facts, ...named, machine: machineName(), sample }));
    return;
  }
  const left = 'Left out: the CDN, traffic out of the region, logs. See docs/costs.md.';
  say([...tellSample(sample, from), '', asked.words, ...warningsOf(sample), left].join('\n'));
}

async function sampleOf(list: PresetList, { photos, most }: Options): Promise<Sample> {
  const all = photos ? await photosIn(photos) : ownPhotos();
  const status = statusLine();
  const sample = await measureAll(evenly(all, most), list, { tell: status.tell });
  status.clear();
  if (sample.measured.length === 0) throw nothingMeasured(sample, photos);
  return sample;
}

function tellSample({ measured, leftOut }: Sample, from: string): string[] {
  return [
    `From ${measured.length} photo${measured.length === 1 ? '' : 's'}, ${from}, developed here (${machineName()}) as by a function of ${INSTANCE.vcpu} vCPU and ${INSTANCE.memoryGB} GB.`,
    ...leftOut.map(({ key, leftOut: why }) => `  left out: ${key}: ${why}`),
  ];
}

interface Asked {
  facts: object;
  words: string;
}

async function ofBackfill(originals: number, sample: Sample, prices: Prices): Promise<Asked> {
  const upload = times(1, sample, prices);
  const shipped = shippedConcurrency(await declaredService());
  const backfill = estimateBackfill({ originals, upload, prices, shipped, now: new Date() });
  return { facts: { upload, backfill }, words: tellBackfill(backfill, upload) };
}

interface Uploads extends Options {
  uploadsPerDay: number;
}

function ofUploads(options: Uploads, sample: Sample, prices: Prices): Asked {
  const facts = estimatedFrom(sample, prices, options);
  return { facts, words: tell(facts, options) };
}

function times(uploads: number, { measured }: Sample, prices: Prices): Projection {
  const by = uploads / measured.length;
  return projected(measured, { originals: by, files: by, work: by }, prices);
}

interface Estimate {
  upload: Projection;
  /** A month's uploads, at the prices of its tiers. */
  month: Projection;
  /** USD a month, for what one month's uploads leave; it adds up month by month. */
  storageUsd: number;
  instances: { mean: number; peak: number; quota: number };
}

function estimatedFrom(sample: Sample, prices: Prices, options: Uploads): Estimate {
  const { uploadsPerDay, days, peak } = options;
  const upload = times(1, sample, prices);
  const month = times(uploadsPerDay * days, sample, prices);
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
  { uploadsPerDay, days, peak }: Uploads,
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
  ].join('\n');
}

function tellInstances({ mean, peak, quota }: Estimate['instances'], times: number): string {
  const needed = `Instances: ${rough(mean)} busy on average, ${grouped(peak)} at a peak of ${times} times that.`;
  return peak > quota
    ? `${needed} That is above the ${quota} that an account may have in a region: have it raised, or events wait in the queue.`
    : `${needed} An account may have ${quota} in a region, over all its functions, unless it asks for more.`;
}

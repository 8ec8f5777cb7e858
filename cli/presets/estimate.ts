import { stringify } from 'yaml';
import { Command, Option } from 'commander';
import { Failure } from '../../shared/core/failure.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { INSTANCE, type Prices } from '../../shared/core/work/cost.ts';
import { declaredService } from '../cloud/declared.ts';
import { type Assumptions, assumptionsFrom } from '../measure/assumptions.ts';
import type { Asked as AskedOfPhotos } from '../measure/measure.ts';
import { pricesFrom } from '../measure/prices.ts';
import { billedSeconds, projectedUploads } from '../measure/projection.ts';
import { type Chosen, machineName, type Sample, sampleOf, whose } from '../measure/sample.ts';
import { positive, positiveWhole } from '../terminal/figures.ts';
import { say } from '../terminal/printer.ts';
import { estimateBackfill, shippedConcurrency, tellBackfill } from './estimate-backfill.ts';
import { estimateUploads, tellUploads } from './estimate-uploads.ts';
import { estimateViews, allByViews, tellViews } from './estimate-views.ts';
import { checkedList } from './presets.ts';
import { statusLine } from '../terminal/status-line.ts';

interface Options extends Chosen {
  uploadsPerDay?: number;
  backfill?: number;
  views?: number;
  presets: string;
  prices?: string;
  assumptions?: string;
  peak: number;
  days: number;
  json?: true;
}

export function estimateCommand(): Command {
  return new Command('estimate')
    .summary('Say what uploads, a backfill or views would cost.')
    .description(
      'Say what a number of uploads a day would cost, a backfill and how long it takes, or which files pay for being made on upload and kept, from photos that are developed here and now to be measured.',
    )
    .option('--uploads-per-day <n>', 'photos uploaded on an average day', positive)
    .addOption(
      new Option('--backfill <n>', 'in place of uploads: originals that are there already')
        .argParser(positiveWhole)
        .conflicts('uploadsPerDay'),
    )
    .addOption(
      new Option(
        '--views <n>',
        'in place of uploads: how often a photo is looked at, and which files then pay for their place',
      )
        .argParser(positive)
        .conflicts(['uploadsPerDay', 'backfill']),
    )
    .option('--photos <dir>', 'a folder of photos such as yours (default: three of Darkroom’s own)')
    .option('--most <n>', 'photos of that folder to develop, from all over it', positiveWhole, 24)
    .option('--presets <file>', 'the preset list', 'presets.yaml')
    .option('--prices <file>', 'YAML with your prices where they are not the list prices')
    .option(
      '--assumptions <file>',
      'YAML with your views, network and logs where they are not as assumed',
    )
    .option('--peak <times>', 'uploads at the busiest time, in times the average', positive, 5)
    .option('--days <n>', 'days in a month', positiveWhole, 30)
    .option('--json', 'one line of JSON')
    .action(estimate);
}

async function estimate(options: Options): Promise<void> {
  const { uploadsPerDay, backfill, views } = options;
  if (uploadsPerDay === undefined && backfill === undefined && views === undefined) {
    const message = 'expected --uploads-per-day N, --backfill N or --views N, received none';
    throw new Failure('SETTINGS_INVALID', message);
  }
  const { list, fingerprint } = await checkedList(options.presets);
  const prices = await pricesFrom(options.prices);
  const assumptions = await assumedFor(options, list);
  const sample = await measuredFor(askedFor(options, list), options);
  const found = await foundFor(options, sample, prices, assumptions);
  const from = whose(options);
  if (options.json) {
    const named = { photos: from, presets: { file: options.presets, fingerprint } };
    const known = { machine: machineName(), prices, assumptions };
    say(
      JSON.stringify({ ...found.facts, ...named, ...known, sample: billed(sample, assumptions) }),
    );
    return;
  }
  say(
    [...tellSample(sample, from), '', found.words, '', tellAssumed(assumptions, prices)].join('\n'),
  );
}

async function assumedFor({ assumptions, views }: Options, list: PresetList): Promise<Assumptions> {
  const assumed = await assumptionsFrom(assumptions, list);
  return views === undefined
    ? assumed
    : { ...assumed, views: { ...assumed.views, perPhoto: views } };
}

function askedFor({ uploadsPerDay, views }: Options, list: PresetList): AskedOfPhotos {
  if (views !== undefined) return { list: allByViews(list), withMisses: true };
  return uploadsPerDay === undefined ? { list } : { list, withMisses: true };
}

async function foundFor(
  options: Options,
  sample: Sample,
  prices: Prices,
  assumptions: Assumptions,
): Promise<Found> {
  const { uploadsPerDay, backfill = 0, views } = options;
  if (views !== undefined) {
    const facts = estimateViews(sample.measured, prices, assumptions);
    return { facts, words: tellViews(facts, assumptions) };
  }
  return uploadsPerDay === undefined
    ? await ofBackfill(backfill, sample, prices, assumptions)
    : ofUploads(sample, prices, assumptions, { ...options, uploadsPerDay });
}

async function measuredFor(asked: AskedOfPhotos, options: Options): Promise<Sample> {
  const status = statusLine();
  try {
    return await sampleOf(options, asked, status.tell);
  } finally {
    status.clear();
  }
}

/** With what rehearse reads. */
function billed({ measured, leftOut }: Sample, { io }: Assumptions) {
  const whole = measured.map(one => ({ ...one, billedSeconds: billedSeconds(one, undefined, io) }));
  return { measured: whole, leftOut };
}

function tellSample({ measured, leftOut }: Sample, from: string): string[] {
  return [
    `From ${measured.length} photo${measured.length === 1 ? '' : 's'}, ${from}, developed here (${machineName()}) as by a function of ${INSTANCE.vcpu} vCPU and ${INSTANCE.memoryGB} GB.`,
    ...leftOut.map(({ key, leftOut: why }) => `  left out: ${key}: ${why}`),
  ];
}

interface Found {
  facts: object;
  words: string;
}

async function ofBackfill(
  originals: number,
  { measured }: Sample,
  prices: Prices,
  { io }: Assumptions,
): Promise<Found> {
  const upload = projectedUploads(1, measured, prices, io);
  const shipped = shippedConcurrency(await declaredService());
  const backfill = estimateBackfill({ originals, upload, prices, shipped, now: new Date() });
  return { facts: { upload, backfill }, words: tellBackfill(backfill, upload) };
}

function ofUploads(
  sample: Sample,
  prices: Prices,
  assumptions: Assumptions,
  uploads: Options & { uploadsPerDay: number },
): Found {
  const facts = estimateUploads(sample, prices, assumptions, uploads);
  return { facts, words: tellUploads(facts, uploads, assumptions) };
}

/** As files that --assumptions and --prices take. */
function tellAssumed(assumptions: Assumptions, prices: Prices): string {
  const inYaml = (of: object) => stringify(of, { flowCollectionPadding: true }).trimEnd();
  return [
    'Assumed; change what is wrong in a file (--assumptions):',
    '',
    inYaml(assumptions),
    '',
    'Prices, USD; yours go into a file (--prices):',
    '',
    inYaml(prices),
    '',
    'Left out: retries, files that an edge forgets and asks for again, free quotas. See docs/costs.md.',
  ].join('\n');
}

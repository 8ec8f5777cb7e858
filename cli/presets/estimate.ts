import { stringify } from 'yaml';
import { Command, Option } from 'commander';
import { Failure } from '../../shared/core/failure.ts';
import { INSTANCE, type Prices } from '../../shared/core/work/cost.ts';
import { declaredService } from '../cloud/declared.ts';
import { type Assumptions, assumptionsFrom } from '../measure/assumptions.ts';
import type { Asked as AskedOfPhotos } from '../measure/measure.ts';
import { pricesFrom } from '../measure/prices.ts';
import { billedSeconds, projectedUploads } from '../measure/projection.ts';
import { type Chosen, machineName, type Sample, sampleOf, whose } from '../measure/sample.ts';
import { positive, positiveWhole, statusLine } from '../terminal/figures.ts';
import { say } from '../terminal/printer.ts';
import { estimateBackfill, shippedConcurrency, tellBackfill } from './estimate-backfill.ts';
import { estimateUploads, tellUploads } from './estimate-uploads.ts';
import { checkedList } from './presets.ts';

interface Options extends Chosen {
  uploadsPerDay?: number;
  backfill?: number;
  presets: string;
  prices?: string;
  assumptions?: string;
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
  const { uploadsPerDay, backfill } = options;
  if (uploadsPerDay === undefined && backfill === undefined) {
    const message = 'expected --uploads-per-day N or --backfill N, received neither';
    throw new Failure('SETTINGS_INVALID', message);
  }
  const { list, fingerprint } = await checkedList(options.presets);
  const prices = await pricesFrom(options.prices);
  const assumptions = await assumptionsFrom(options.assumptions, list);
  const asked = uploadsPerDay === undefined ? { list } : { list, withMisses: true as const };
  const sample = await measuredFor(asked, options);
  const found =
    uploadsPerDay === undefined
      ? await ofBackfill(backfill ?? 0, sample, prices, assumptions)
      : ofUploads(sample, prices, assumptions, { ...options, uploadsPerDay });
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

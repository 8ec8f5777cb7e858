import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { billFor, INSTANCE, type Prices } from '../../shared/core/work/cost.ts';
import { waitingSeconds } from '../../shared/core/work/duration.ts';
import { impactOf } from '../../shared/core/list/edit-impact.ts';
import { Failure } from '../../shared/core/failure.ts';
import { IN_FORCE_KEY, type InForce, inForceSchema } from '../../shared/core/work/in-force.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import type { SavedPlan, ViewsTouched } from '../../shared/core/work/saved-plan.ts';
import type { Heat } from '../../shared/core/work/heat.ts';
import type { Marks, NamedList, ObjectStore } from '../../shared/ports.ts';
import {
  type Connection,
  type ConnectionOptions,
  connect,
  withConnection,
} from '../cloud/connection.ts';
import { givenPrefix } from '../cloud/given-key.ts';
import { positiveWhole } from '../terminal/figures.ts';
import { photoOf } from '../measure/photos.ts';
import { checkedList } from './presets.ts';
import { heatFrom } from '../measure/heat-file.ts';
import { pricesFrom } from '../measure/prices.ts';
import { say, sayText } from '../terminal/printer.ts';
import { type Projection, projected } from '../measure/projection.ts';
import { machineName, measureAll, type Sample } from '../measure/sample.ts';
import { type Assumptions, assumptionsFrom } from '../measure/assumptions.ts';
import { ageSpans } from '../measure/views.ts';
import { allByViews } from './estimate-views.ts';
import { leavingBetween } from './left-to-views.ts';
import { type Planned, tellPlan } from './tell-plan.ts';
import { countTouched, type Touched } from './touched.ts';
import { viewsTouched } from './views-touched.ts';
import { statusLine } from '../terminal/status-line.ts';

interface Options extends ConnectionOptions {
  prefix?: string;
  sample: number;
  countOnly?: true;
  prices?: string;
  heat?: string;
  assumptions?: string;
  instances: number;
  out?: string;
  json?: true;
}

export function presetsPlanCommand(): Command {
  const plan = new Command('plan')
    .description(
      'Count what an edited preset list would touch of the originals that are there, and say what that costs. Writes nothing in the cloud.',
    )
    .argument('[new]', 'the edited list, to be compared with the one in force', 'presets.yaml')
    .option('--prefix <text>', 'count only originals whose keys begin with it', givenPrefix)
    .option('--sample <n>', 'touched originals to download and develop here', positiveWhole, 8)
    .option('--count-only', 'develop none: costs by a model, right within a factor of two')
    .option('--prices <file>', 'YAML with your prices where they are not the list prices')
    .option('--heat <file>', 'what `npx darkroom heat --out` saved: who looks at what is touched')
    .option('--assumptions <file>', 'YAML with your views where they are not as assumed')
    .option('--instances <n>', 'that render side by side, for the time it takes', positiveWhole, 20)
    .option('--out <file>', 'save the plan, for `presets apply`')
    .option('--json', 'one line of JSON: the plan as it is saved');
  return withConnection(plan).action(planEdit);
}

async function planEdit(file: string, options: Options): Promise<void> {
  const next = await checkedList(file);
  const prices = await pricesFrom(options.prices);
  const heat = await heatFrom(options.heat);
  const connection = await connect(options);
  const assumptions = await assumptionsFrom(options.assumptions, next.list);
  const status = statusLine();
  const given = { ...options, prices, heat, assumptions, tell: status.tell };
  const planned = await plannedEdit(next, connection, given);
  status.clear();
  const { plan } = planned;
  if (options.out) await writeFile(options.out, `${JSON.stringify(plan, null, 2)}\n`);
  if (options.json) say(JSON.stringify(plan));
  else sayText(tellPlan({ ...planned, file }));
}

export interface Planning extends Pick<Options, 'prefix' | 'sample' | 'countOnly' | 'instances'> {
  prices: Prices;
  heat: Heat | undefined;
  assumptions: Assumptions;
  /** Of a list that does not lie on this disk. */
  marks?: Marks;
  tell: (text: string) => void;
}

/** Counts by keys what an edit touches, and develops a few of those here to say what the rest will take. */
export async function plannedEdit(
  next: NamedList & { text: string },
  connection: Connection,
  planning: Planning,
): Promise<Omit<Planned, 'file'>> {
  const { prices, heat, assumptions, tell } = planning;
  const inForce = await listInForce(connection.config);
  const spans = ageSpans(assumptions.views);
  const leaving = leavingBetween(inForce?.list, next.list, { spans, now: new Date() });
  const touched = await countTouched(connection.originals, {
    prefix: planning.prefix ?? '',
    list: next.list,
    touch: impactOf(inForce ? [inForce.list] : [], next.list),
    most: planning.countOnly ? 0 : planning.sample,
    see: leaving.see,
    tell,
  });
  const measuring = { inForce, connection, marks: planning.marks, tell };
  const sample = await measured(touched, next.list, measuring);
  const examples = planning.countOnly ? [] : leaving.examples;
  const byViews = await measuredByViews(examples, next.list, measuring);
  const facts = { where: connection.where, from: inForce?.fingerprint ?? null, next };
  const views = heat && inForce ? viewsTouched(inForce.list, next.list, heat) : undefined;
  const leftToViews = byViews.length > 0 ? leaving.price(byViews, prices, assumptions) : [];
  const plan = planOf({ touched, sample, prices, facts, views, leftToViews }, planning);
  return { plan, touched, sample, prices, inForce, list: next.list, heat };
}

async function listInForce(config: ObjectStore): Promise<InForce | undefined> {
  const stored = await config.get(IN_FORCE_KEY);
  if (!stored) return undefined;
  try {
    return inForceSchema.parse(JSON.parse(stored.bytes.toString('utf8')));
  } catch (cause) {
    const message = `expected the list in force at ${IN_FORCE_KEY} in the config bucket, received something else`;
    throw new Failure('PRESETS_INVALID', message, { cause });
  }
}

interface Measuring {
  inForce: InForce | undefined;
  connection: Connection;
  marks: Marks | undefined;
  tell: (text: string) => void;
}

/** As if each had been developed by the list in force, and nothing were missing: what the edit itself makes, no more. */
async function measured(
  { sample }: Touched,
  list: PresetList,
  { inForce, connection, marks, tell }: Measuring,
): Promise<Sample> {
  const photos = sample.map(({ key }) => photoOf(key, connection.originals));
  return await measureAll(photos, { list, before: inForce?.list, marks }, tell);
}

/** File by file, as a view has it made. */
async function measuredByViews(
  keys: string[],
  list: PresetList,
  { connection, marks, tell }: Measuring,
): Promise<Sample['measured']> {
  const photos = keys.map(key => photoOf(key, connection.originals));
  const asked = { list: allByViews(list), marks, withMisses: true as const };
  return (await measureAll(photos, asked, tell)).measured;
}

interface Findings {
  touched: Touched;
  leftToViews: SavedPlan['leftToViews'];
  sample: Sample;
  prices: Prices;
  facts: { where: string; from: string | null; next: { fingerprint: string; text: string } };
  views: ViewsTouched[] | undefined;
}

function planOf(
  { touched, sample, prices, facts, views, leftToViews }: Findings,
  options: Pick<Planning, 'prefix' | 'instances'>,
): SavedPlan {
  const isMeasured = sample.measured.length > 0;
  const all = isMeasured ? fromSample(touched, sample, prices) : fromModel(touched, prices);
  return {
    schema: 1,
    madeAt: new Date().toISOString(),
    where: facts.where,
    prefix: options.prefix ?? '',
    from: facts.from,
    to: facts.next.fingerprint,
    list: facts.next.text,
    originals: touched.originals,
    files: touched.files,
    retired: touched.retired,
    usd: all.bill.usd,
    cpuHours: all.cpuSeconds / 3600,
    requests: Math.round(all.puts + all.gets),
    gigabytes: isMeasured ? all.bytes / 1e9 : null,
    hours: all.seconds / 3600 / options.instances,
    instances: options.instances,
    leftToViews,
    machine: machineName(),
    sample: isMeasured ? sampled(touched, sample) : null,
    ...(views ? { views } : {}),
  };
}

function sampled(touched: Touched, { measured: photos, leftOut }: Sample): SavedPlan['sample'] {
  return {
    photos: photos.length,
    leftOut: leftOut.length,
    asked: ofSample(touched, photos).asked,
    made: photos.reduce((sum, { files }) => sum + files, 0),
  };
}

/** What counting and the model say of the very originals that were measured. */
function ofSample({ sample }: Touched, photos: Sample['measured']) {
  const keys = new Set(photos.map(({ key }) => key));
  const measuredOnes = sample.filter(({ key }) => keys.has(key));
  return {
    asked: measuredOnes.reduce((sum, { files }) => sum + files, 0),
    modelled: measuredOnes.reduce((sum, one) => sum + one.modelled, 0),
  };
}

/**
 * The sample says how far count and model are off: files and bytes grow with what is asked for, time with the
 * model's, so that it matters little which originals are in the sample.
 */
function fromSample(touched: Touched, { measured: photos }: Sample, prices: Prices): Projection {
  const originals = touched.originals / photos.length;
  const { asked, modelled } = ofSample(touched, photos);
  const scale = {
    originals,
    files: asked > 0 ? touched.files / asked : originals,
    work: modelled > 0 ? touched.modelled / modelled : originals,
  };
  return projected(photos, scale, prices);
}

/** Of a phone's photo. */
const TYPICAL_BYTES = 3e6;
/** Three looks at the original, its manifest, its bytes, and whether it was taken down. */
const TYPICAL_GETS = 6;

function fromModel({ originals, files, modelled }: Touched, prices: Prices): Projection {
  const seconds = modelled / INSTANCE.vcpu + originals * waitingSeconds(TYPICAL_BYTES);
  const [puts, gets] = [files + originals, originals * TYPICAL_GETS];
  const bill = billFor({ invocations: originals, seconds, puts, gets }, prices);
  return { files, cpuSeconds: modelled, seconds, bytes: 0, puts, gets, bill };
}

import { once as happened } from 'node:events';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import * as z from 'zod';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { once } from '../../shared/core/once.ts';
import { OSS_REQUESTS_PER_SECOND } from '../../shared/core/work/cost.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import type { Rehearsal } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { pricesFrom } from '../measure/prices.ts';
import { FC } from '../rehearse/model/cloud.ts';
import { DAY_BEGINS_HOUR, weiboDay } from '../rehearse/model/load.ts';
import type { RehearseOptions } from '../rehearse/options.ts';
import { plotsOf } from '../rehearse/page.ts';
import { svgOf } from '../rehearse/plot.ts';
import { deployed } from '../rehearse/quotas.ts';
import type { Rehearsals, Rehearsed, runWithin } from '../rehearse/rehearsals.ts';
import { measuredHere, type ServiceSource } from '../rehearse/service.ts';
import { HEADINGS, rowOf, tellLosses, tellOss, tellWhat } from '../rehearse/tell.ts';
import { oneAtATime } from './developed-here.ts';

/** `darkroom rehearse --day weibo` for the page, by the list in force, with the plots that `--plots` writes. */

/** Some tenths of a second for each million and quota: for more there is the command. */
const MOST_UPLOADS = 5_000_000;
const MOST_QUOTAS = 4;
const SPIKE_HOURS = 3;
/** All that come with Darkroom. */
const MOST_PHOTOS = 24;

const whole = (most: number) => z.int().min(1).max(most);

export const rehearsalSchema = z.strictObject({
  uploadsPerDay: whole(MOST_UPLOADS),
  spike: z.number().min(1).max(100),
  quotas: z.array(whole(100_000)).min(1).max(MOST_QUOTAS),
});

/** Each takes a core. */
const oneDayAtATime = pLimit(1);

/** What an upload takes is measured once for each list. */
export function rehearsalsOf({ config }: Connection) {
  const services = new Map<string, Promise<ServiceSource>>();
  return async (asked: z.infer<typeof rehearsalSchema>): Promise<Rehearsal> => {
    const { list, fingerprint } = await listInForce(config, {}).current();
    const options = optionsOf(asked);
    const measure = () => oneAtATime(() => measuredHere(options, unmarked(list), () => undefined));
    const service = await once(services, fingerprint, measure);
    for (const other of services.keys()) if (other !== fingerprint) services.delete(other);
    return inWords(await oneDayAtATime(() => rehearsed(options, service)));
  };
}

function optionsOf({
  uploadsPerDay,
  spike,
  quotas,
}: z.infer<typeof rehearsalSchema>): RehearseOptions & { uploadsPerDay: number } {
  return {
    ...{ day: 'weibo', uploadsPerDay, spike, spikeHours: SPIKE_HOURS, quota: quotas },
    ...{ most: MOST_PHOTOS, presets: 'the list in force', pressure: true, failing: 0, seed: 1 },
    ...{ coldStart: FC.coldStart, waiting: 'back-off', ossRate: OSS_REQUESTS_PER_SECOND.account },
  };
}

/** What is drawn over a file takes next to nothing, and its images are not on this disk. */
function unmarked(list: PresetList): PresetList {
  return { ...list, presets: list.presets.map(({ watermark: _, ...preset }) => preset) };
}

async function rehearsed(
  options: RehearseOptions & { uploadsPerDay: number },
  service: ServiceSource,
): Promise<Rehearsals> {
  const uploads = weiboDay(options);
  const declared = await deployed();
  const prices = await pricesFrom(undefined);
  const about = { options, declared, uploads, service };
  const runs = await runsBeside({ quotas: options.quota, about, prices });
  return { ...about, beginsHour: DAY_BEGINS_HOUR, runs, needed: undefined };
}

/** `runWithin` for each quota, in a thread of its own. */
async function runsBeside(workerData: {
  quotas: number[];
  about: Parameters<typeof runWithin>[1];
  prices: Parameters<typeof runWithin>[2];
}): Promise<Rehearsed[]> {
  const worker = new Worker(new URL('./rehearsal-worker.mjs', import.meta.url), { workerData });
  try {
    const [runs] = await happened(worker, 'message');
    return runs;
  } finally {
    await worker.terminate();
  }
}

function inWords(rehearsals: Rehearsals): Rehearsal {
  const { runs } = rehearsals;
  return {
    what: tellWhat(rehearsals),
    headings: HEADINGS,
    rows: runs.map(rowOf),
    notes: [...runs.flatMap(tellLosses), ...tellOss(rehearsals)],
    plots: plotsOf(rehearsals).map(plot => ({
      title: plot.title,
      unit: plot.unit,
      names: plot.lines.map(({ name }) => name),
      svg: svgOf(plot),
    })),
  };
}

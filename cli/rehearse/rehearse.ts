import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { Failure } from '../../shared/core/failure.ts';
import { pricesFrom } from '../measure/prices.ts';
import { spanInSeconds, wholeFromZero } from '../terminal/figures.ts';
import { say, sayText } from '../terminal/printer.ts';
import { checkedList } from '../presets/presets.ts';
import { DAY_BEGINS_HOUR, weiboDay } from './model/load.ts';
import { type RehearseOptions, withCloud, withLoad, withService } from './options.ts';
import { pageOf } from './page.ts';
import { deployed } from './quotas.ts';
import { jsonOf, neededFor, runWithin } from './rehearsals.ts';
import { measuredHere, type ServiceSource } from './service.ts';
import { serviceTimesFrom } from './service-times.ts';
import { tellRehearsal } from './tell.ts';
import { uploadsFrom } from './uploads-file.ts';
import { statusLine } from '../terminal/status-line.ts';

export function rehearseCommand(): Command {
  const command = new Command('rehearse')
    .summary('Simulate a day of uploads with a spike: what waits, and for how long.')
    .description(
      'Simulate a day of uploads with an unannounced spike on Function Compute and OSS: how long photos take to be ready, what waits, how many instances and what money it takes. Asks nothing of the cloud.',
    );
  return withCloud(withService(withLoad(command)))
    .option(
      '--ready-p99 <span>',
      'find the smallest quota, or the fewest provisioned instances, with which 99 of 100 uploads are ready within it, such as 10s',
      spanInSeconds,
    )
    .option('--prices <file>', 'YAML with your prices where they are not the list prices')
    .option('--seed <n>', 'the same numbers for the same seed', wholeFromZero, 1)
    .option('--plots <file>', 'write a page with plots, to open in a browser')
    .option('--json', 'one line of JSON')
    .action(rehearse);
}

async function rehearse(options: RehearseOptions): Promise<void> {
  const uploads = await uploadsOf(options);
  const prices = await pricesFrom(options.prices);
  const status = statusLine();
  const service = await serviceOf(options, status.tell);
  const declared = await deployed();
  const about = { options, declared, uploads, service };
  const runs = options.quota.map(quota => {
    status.tell(`rehearsing with a quota of ${quota}`);
    return runWithin(quota, about, prices);
  });
  if (options.readyP99 !== undefined) status.tell('looking for what is needed');
  const needed = options.readyP99 === undefined ? undefined : neededFor(options.readyP99, about);
  status.clear();
  const beginsHour = options.day ? DAY_BEGINS_HOUR : undefined;
  const rehearsals = { ...about, beginsHour, runs, needed };
  if (options.plots) await writeFile(options.plots, pageOf(rehearsals));
  if (options.json) say(JSON.stringify(jsonOf(rehearsals)));
  else sayText(tellRehearsal(rehearsals));
}

async function uploadsOf(options: RehearseOptions): Promise<number[]> {
  const { day, uploads, uploadsPerDay, spike, spikeHours } = options;
  if (uploads !== undefined) return await uploadsFrom(uploads);
  if (day !== undefined && uploadsPerDay !== undefined) {
    return weiboDay({ uploadsPerDay, spike, spikeHours });
  }
  const received = day === undefined ? 'neither' : '--day alone';
  const message = `expected --day weibo with --uploads-per-day N, or --uploads FILE.csv, received ${received}`;
  throw new Failure('SETTINGS_INVALID', message);
}

async function serviceOf(
  options: RehearseOptions,
  tell: (text: string) => void,
): Promise<ServiceSource> {
  const { list: written } = await checkedList(options.presets);
  const { pressure: _, ...calm } = written;
  const list = options.pressure ? written : calm;
  if (options.service === undefined) return await measuredHere(options, list, tell);
  const { takes, uploads, passedOver } = await serviceTimesFrom(options.service, list);
  const others = passedOver === 0 ? '' : `, ${passedOver} other lines passed over`;
  return { takes, from: `${uploads} uploads in ${options.service}${others}` };
}

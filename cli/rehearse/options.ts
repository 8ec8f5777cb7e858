import { type Command, InvalidArgumentError, Option } from 'commander';
import { INSTANCE_QUOTA, OSS_REQUESTS_PER_SECOND } from '../../shared/core/work/cost.ts';
import { positive, positiveWhole, spanInSeconds, wholeFromZero } from '../terminal/figures.ts';
import { FC } from './model/cloud.ts';
import type { CloudOptions } from './quotas.ts';

export interface RehearseOptions extends CloudOptions {
  day?: 'weibo';
  uploadsPerDay?: number;
  spike: number;
  spikeHours: number;
  uploads?: string;
  service?: string;
  photos?: string;
  most: number;
  presets: string;
  pressure: boolean;
  quota: number[];
  failing: number;
  readyP99?: number;
  prices?: string;
  seed: number;
  json?: true;
  plots?: string;
}

export function withLoad(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--day <kind>',
        'weibo: from six to six, five times as many uploads at nine in the evening as at five in the morning',
      )
        .choices(['weibo'])
        .conflicts('uploads'),
    )
    .option('--uploads-per-day <n>', 'with --day: of a day without a spike', positiveWhole)
    .option('--spike <times>', 'with --day: from 20:00, in times the usual peak', positive, 3)
    .option('--spike-hours <n>', 'with --day: how long it lasts', positive, 3)
    .option(
      '--uploads <file>',
      'CSV in place of a day: a row for each minute, its column “uploads” says how many',
    );
}

export function withService(command: Command): Command {
  return command
    .option(
      '--service <file>',
      'measured service times: lines of the log, of npm start -- --json, or of estimate --json (default: photos are developed here and now)',
    )
    .option('--photos <dir>', 'a folder of photos such as yours, to be developed here and now')
    .option('--most <n>', 'photos of that folder to develop, from all over it', positiveWhole, 24)
    .option('--presets <file>', 'the preset list', 'presets.yaml')
    .option('--no-pressure', 'as if the list had no “pressure”')
    .option('--failing <share>', 'of invocations that fail and are tried again', share, 0);
}

export function withCloud(command: Command): Command {
  return withWaiting(withInstances(command));
}

function withInstances(command: Command): Command {
  return command
    .option(
      '--quota <n,n…>',
      'instances that the account may have in the region, one rehearsal for each',
      wholes,
      [INSTANCE_QUOTA, 300, 1000],
    )
    .option(
      '--others <n>',
      'instances of them that other functions hold (default: what s.yaml reserves for them)',
      wholeFromZero,
    )
    .option(
      '--reserved-concurrency <n>',
      'instances of this function, no more and no less, whatever the quota',
      positiveWhole,
    )
    .option('--provisioned <n>', 'instances held ready (default: as s.yaml says)', wholeFromZero)
    .option(
      '--burst <n>',
      'new instances at once, and as many more a minute (default: as FC gives in the region of s.yaml)',
      positiveWhole,
    )
    .option('--cold-start <span>', 'of a new instance', spanInSeconds, FC.coldStart);
}

function withWaiting(command: Command): Command {
  const { account, sequential } = OSS_REQUESTS_PER_SECOND;
  return command
    .addOption(
      new Option(
        '--waiting <how>',
        'what an event does without an instance: it backs off, as FC says, or waits in line',
      )
        .choices(['back-off', 'line'])
        .default('back-off'),
    )
    .option(
      '--longest-back-off <span>',
      'between two attempts (default: doubled without an end, as FC says)',
      spanInSeconds,
    )
    .option(
      '--oss-rate <n>',
      `requests a second that OSS takes of the account; ${sequential} where keys begin with a date or a number that rises`,
      positiveWhole,
      account,
    );
}

function wholes(text: string): number[] {
  return text.split(',').map(part => positiveWhole(part.trim()));
}

function share(text: string): number {
  const figure = Number(text);
  if (text.trim() !== '' && figure >= 0 && figure < 1) return figure;
  throw new InvalidArgumentError('expected a share from 0 to below 1, such as 0.01');
}

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { Failure } from '../../shared/core/failure.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { pressureMilliseconds } from '../../shared/core/list/times.ts';
import { ROUND_TRIPS } from '../../shared/core/work/duration.ts';
import type { Measured } from '../measure/measure.ts';
import { billedSeconds } from '../measure/projection.ts';
import type { Work } from './model/cloud.ts';
import { whyUnread } from '../terminal/unread.ts';

/** What an upload takes, and who says so. */
export type Takes = Omit<Work, 'failing'>;

export interface ServiceTimes {
  takes: Takes;
  uploads: number;
  passedOver: number;
}

/** HEAD of the original three times and of the manifest twice; GET of manifest, original, take-down, and twice of the list. */
export const GETS_OF_AN_UPLOAD = 10;

const logged = z.object({
  event: z.literal('reconciled'),
  outcome: z.literal('developed'),
  files: z.number(),
  deferred: z.number().optional(),
  spent: z.object({ milliseconds: z.object({ total: z.number().min(0) }) }),
});
const happened = z.object({
  kind: z.literal('succeeded'),
  milliseconds: z.number().min(0),
  result: z.object({
    reports: z.tuple([
      z.object({
        outcome: z.literal('developed'),
        rendered: z.array(z.unknown()),
        deferred: z.number().optional(),
      }),
    ]),
  }),
});
const estimated = z.object({
  sample: z.object({
    measured: z.array(z.object({ billedSeconds: z.number().min(0), files: z.number() })),
  }),
});

interface Upload {
  seconds: number;
  files: number;
  /** Of files: only what is urgent was made. */
  deferred?: number | undefined;
}

/** Lines of the function's log, of `npm start -- --json`, or of `estimate --json`; others are passed over. */
export async function serviceTimesFrom(file: string, list: PresetList): Promise<ServiceTimes> {
  const uploads: Upload[] = [];
  let passedOver = 0;
  for await (const line of linesOf(file)) {
    const found = uploadsIn(line);
    uploads.push(...found);
    if (found.length === 0 && line.trim() !== '') passedOver += 1;
  }
  if (uploads.length === 0) {
    const lines = `${passedOver} other line${passedOver === 1 ? '' : 's'}`;
    const message = `expected lines of uploads that were developed in ${file} (--service): of the log (“reconciled”), of npm start -- --json, or of estimate --json; received ${lines}`;
    throw new Failure('SETTINGS_INVALID', message);
  }
  return { takes: takesOf(uploads, list), uploads: uploads.length, passedOver };
}

async function* linesOf(file: string): AsyncIterable<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    const message = `expected measured service times at ${file} (--service), ${whyUnread(cause)}`;
    throw new Failure('SETTINGS_INVALID', message, { cause });
  }
}

function uploadsIn(line: string): Upload[] {
  const said = jsonOf(line);
  const log = logged.safeParse(said);
  if (log.success) {
    const { files, deferred, spent } = log.data;
    return [{ files, deferred, seconds: spent.milliseconds.total / 1000 }];
  }
  const happening = happened.safeParse(said);
  if (happening.success) {
    const { milliseconds, result } = happening.data;
    const [{ rendered, deferred }] = result.reports;
    return [{ seconds: milliseconds / 1000, files: rendered.length, deferred }];
  }
  const estimate = estimated.safeParse(said);
  if (!estimate.success) return [];
  return estimate.data.sample.measured.map(one => ({
    seconds: one.billedSeconds,
    files: one.files,
  }));
}

function jsonOf(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    // FC cuts what is longer than 32 KB: that is no upload's line.
    return undefined;
  }
}

/** What was made of an upload under pressure says nothing of what all of it takes. */
function takesOf(uploads: Upload[], list: PresetList): Takes {
  const pressed = uploads.filter(({ deferred }) => deferred);
  const whole = uploads.filter(({ deferred }) => !deferred);
  const takes = {
    ...attemptOf(whole.length > 0 ? whole : pressed),
    gets: GETS_OF_AN_UPLOAD,
    inTurn: ROUND_TRIPS,
  };
  if (!list.pressure || pressed.length === 0) return takes;
  const { serviceSeconds, puts } = attemptOf(pressed);
  const afterSeconds = pressureMilliseconds(list) / 1000;
  // Word of what is left is a PUT more.
  return { ...takes, pressure: { afterSeconds, serviceSeconds, puts: puts + 1 } };
}

/** Each file is a PUT, and so is the manifest. */
function attemptOf(uploads: Upload[]) {
  const puts = uploads.reduce((sum, { files }) => sum + files, 0) / uploads.length + 1;
  return { serviceSeconds: uploads.map(({ seconds }) => seconds), puts };
}

/** Of photos that were developed here and now. */
export function takesOfSample(measured: Measured[]): Takes {
  const mean = (of: (one: Measured) => number) =>
    measured.reduce((sum, one) => sum + of(one), 0) / measured.length;
  return {
    serviceSeconds: measured.map(one => billedSeconds(one)),
    puts: mean(({ requests }) => requests.puts + requests.removes),
    gets: mean(({ requests }) => requests.heads + requests.gets),
    inTurn: ROUND_TRIPS,
  };
}

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { destinationMessage } from '../../shared/fc/destination.ts';
import { grouped, rough } from '../terminal/figures.ts';

/** How long photos took from their upload to ready. */
export interface ReadyTimes {
  uploads: number;
  /** Milliseconds. */
  p50?: number;
  p99?: number;
  worst?: number;
}

/** For the log of a deployment, over whatever time is asked for. */
export const READY_QUERY = `"reconciled" | SELECT count(*) AS uploads, approx_percentile(json_extract_double(message, '$.readyMs'), 0.5) AS p50_ms, approx_percentile(json_extract_double(message, '$.readyMs'), 0.99) AS p99_ms, max(json_extract_double(message, '$.readyMs')) AS worst_ms FROM log WHERE json_extract_scalar(message, '$.event') = 'reconciled' AND json_extract_scalar(message, '$.readyMs') IS NOT NULL`;

export const HOUR_MS = 3_600_000;

export function readyTimesOf(milliseconds: number[]): ReadyTimes {
  const ascending = [...milliseconds].sort((a, b) => a - b);
  const [p50, p99, worst] = [0.5, 0.99, 1].map(
    part => ascending[Math.ceil(part * ascending.length) - 1],
  );
  if (p50 === undefined || p99 === undefined || worst === undefined) return { uploads: 0 };
  return { uploads: ascending.length, p50, p99, worst };
}

export interface ReadyFound extends ReadyTimes {
  unreadable: string[];
}

/** From the messages that a local platform's functions left in their success destinations since then. */
export async function readyTimesIn(destinations: string, since: number): Promise<ReadyFound> {
  const names = await readdir(destinations, { recursive: true }).catch(nothingYet);
  const own = names.filter(name => /^[^/\\]+[/\\]success[/\\][^/\\]+\.json$/.test(name));
  const all: number[] = [];
  const unreadable: string[] = [];
  for (const name of own) {
    const file = join(destinations, name);
    const text = await textSince(file, since);
    if (text === undefined) continue;
    const told = readyIn(text);
    if (told) all.push(...told);
    else unreadable.push(name);
  }
  return { ...readyTimesOf(all), unreadable };
}

/** Undefined of what is older, or gone meanwhile. */
async function textSince(file: string, since: number): Promise<string | undefined> {
  try {
    return (await stat(file)).mtimeMs < since ? undefined : await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Before the first message there is no folder. */
function nothingYet(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** All else of a report is none of our business here. */
const answer = z.object({ reports: z.array(z.object({ readyMs: z.number().optional() })) });

function readyIn(text: string): number[] | undefined {
  const message = parsed(destinationMessage, text);
  const reports = message && parsed(answer, message.responsePayload)?.reports;
  return reports?.flatMap(({ readyMs }) => (readyMs === undefined ? [] : [readyMs]));
}

/** Undefined for what is something else. */
function parsed<S extends z.ZodType>(schema: S, text: string): z.infer<S> | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Named by whoever asked for it.
    return undefined;
  }
}

export function readyInWords({ uploads, p50 = 0, p99 = 0, worst = 0 }: ReadyTimes): string {
  if (uploads === 0)
    return 'From upload to ready, last hour: no message of it in the success destination';
  const [half, most, all] = [p50, p99, worst].map(one => `${rough(one / 1000)} s`);
  return `From upload to ready, last hour: half of ${grouped(uploads)} within ${half}, 99 % within ${most}, the last within ${all}`;
}

import { sha256Of } from '../list/fingerprint.ts';
import * as z from 'zod';

/**
 * What the CDN is to forget. It takes so many URLs and directories a day, so each purge waits as an object in the
 * config bucket until there is room for it: the higher class first.
 */
export const purgeClasses = ['takedown', 'delete', 'replace'] as const;
export type PurgeClass = (typeof purgeClasses)[number];

export const purgeSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string(),
  class: z.enum(purgeClasses),
  directory: z.string().endsWith('/').describe('all that it is about lies below; a raw key'),
  files: z.array(z.string()).describe('raw keys that the CDN may have, as far as they are known'),
  isMore: z
    .boolean()
    .optional()
    .describe('the CDN may have more than `files`: only the directory names them all'),
  at: z.iso.datetime().describe('a sweep takes it up a minute later at the earliest'),
  tasks: z
    .array(
      z.strictObject({ of: z.enum(['directory', 'files']), id: z.string(), at: z.iso.datetime() }),
    )
    .describe('the CDN’s, of what was purged already'),
});
export type Purge = z.infer<typeof purgeSchema>;

export const PURGES = 'purges/';
/** Take-downs' purges that are done: the proof that the CDN was asked. */
export const PURGED = 'takedowns/purged/';

/** What a purge is about. */
export type PurgeSubject = Pick<Purge, 'class' | 'directory' | 'files' | 'isMore'>;

/** Its id begins with the time from which on a sweep may take it up, so that a listing is in that order. */
export function newPurge(about: PurgeSubject, notBefore: Date): Purge {
  const at = notBefore.toISOString();
  const hash = sha256Of(JSON.stringify([about, at]));
  return { schema: 1, id: `${at}-${hash.slice(0, 12)}`, ...about, at, tasks: [] };
}

/** Listed, the higher class comes first, and in it the one that waits longest. */
export function purgeKey({ class: name, id }: Pick<Purge, 'class' | 'id'>): string {
  return `${classPrefix(name)}${id}.json`;
}

export function classPrefix(name: PurgeClass): string {
  return `${PURGES}${purgeClasses.indexOf(name)}-${name}/`;
}

export function purgedKey(id: string): string {
  return `${PURGED}${id}.json`;
}

interface Room {
  total: number;
  left: number;
}

/** Of this day, as the CDN says it. */
export interface PurgeQuota {
  urls: Room;
  directories: Room;
}

/** What to ask the CDN for now, in two calls at most, and which purges are done by it. */
export interface PurgePlan {
  directories: Purge[];
  files: Purge[];
  /** Nothing is done of these. */
  waiting: Purge[];
}

/** https://www.alibabacloud.com/help/en/cdn/developer-reference/api-cdn-2018-05-10-refreshobjectcaches: a call takes as many, and a minute as many URLs. */
const CALL = { urls: 1000, directories: 100 };

/** The share of a day's quota that a class leaves to those above it. */
const LEFT_ABOVE = { takedown: 0, delete: 0.2, replace: 0.5 } as const satisfies Record<
  PurgeClass,
  number
>;

/**
 * A take-down gets a directory, since the CDN may still have files of versions that the bucket forgot long ago; where
 * no directory is left, its known files at once, and the directory another day. The others get what is the smaller
 * share of the day's quota.
 */
export function planPurges(purges: Purge[], quota: PurgeQuota): PurgePlan {
  const plan: PurgePlan = { directories: [], files: [], waiting: [] };
  const inOrder = [...purges].sort((a, b) => (purgeKey(a) < purgeKey(b) ? -1 : 1));
  for (const purge of inOrder) {
    const way = waysOf(purge, quota).find(one => fits(purge, one, { plan, quota }));
    plan[way ?? 'waiting'].push(purge);
  }
  return plan;
}

/** What is left of a purge that was carried out this way, or undefined. */
export function restOf(purge: Purge, way: Way): Purge | undefined {
  if (way === 'directories' || !needsDirectory(purge)) return undefined;
  return { ...purge, files: [] };
}

/** A take-down's copies at the CDN may be older than the bucket knows of. */
function needsDirectory({ class: name, isMore }: Purge): boolean {
  return name === 'takedown' || isMore === true;
}

export type Way = 'directories' | 'files';

/** The better one first. */
function waysOf(purge: Purge, { urls, directories }: PurgeQuota): Way[] {
  const { files } = purge;
  if (files.length === 0 || needsDirectory(purge)) return ['directories', 'files'];
  const isFewFiles = files.length * directories.total < urls.total;
  return isFewFiles ? ['files', 'directories'] : ['directories', 'files'];
}

/** The API refuses a longer address; of a path, with room for the domain. */
const MOST_CHARACTERS = 1024;
const MOST_IN_PATH = 900;

function haveUrls({ files }: Purge): boolean {
  return files.length > 0 && files.every(file => encoded(file).length <= MOST_IN_PATH);
}

interface Ledger {
  plan: PurgePlan;
  quota: PurgeQuota;
}

function fits(purge: Purge, way: Way, { plan, quota }: Ledger): boolean {
  if (way === 'files' && !haveUrls(purge)) return false;
  const { total, left } = way === 'files' ? quota.urls : quota.directories;
  const cost = (one: Purge) => (way === 'files' ? one.files.length : 1);
  const spent = plan[way].reduce((sum, one) => sum + cost(one), 0);
  const most = way === 'files' ? CALL.urls : CALL.directories;
  const after = spent + cost(purge);
  return after <= most && after <= left - total * LEFT_ABOVE[purge.class];
}

/** Addresses for the CDN: of a directory whose address would be too long, the one above it that is not. */
export function directoryUrl(domain: string, directory: string): string {
  const url = urlOf(domain, directory);
  if (url.length <= MOST_CHARACTERS || directory === '') return url;
  return directoryUrl(
    domain,
    directory.slice(0, directory.lastIndexOf('/', directory.length - 2) + 1),
  );
}

export function urlOf(domain: string, key: string): string {
  return `${domain}/${encoded(key)}`;
}

function encoded(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

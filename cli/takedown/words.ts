import type { Drained } from '../../shared/pipeline/removal/purges.ts';
import { grouped } from '../terminal/figures.ts';

/** What is said of take-downs. */

export interface Tally {
  keys: number;
  removed: number;
  purges: Set<string>;
}

export type Asked = Drained | { waiting: number; failure: string };

interface TakenDown {
  key: string;
  removed: string[];
  wasThere: boolean;
  /** Before it was said this time. */
  wasDown: boolean;
}

export function inWords({ key, removed, wasThere, wasDown }: TakenDown): string {
  if (wasDown) {
    const left = removed.length > 0 ? `, ${counted(removed.length, 'file')} removed` : '';
    return `✓ ${key}  was taken down already; carried out again${left}`;
  }
  if (!wasThere) return `✓ ${key}  blocked; there was nothing of it: is the key right?`;
  return `✓ ${key}  taken down, ${counted(removed.length, 'file')} removed`;
}

export function liftedInWords(key: string, { lifted, isThere }: Lifted): string {
  if (!lifted) return `- ${key}  was not taken down`;
  if (!isThere) return `✓ ${key}  may be developed again; there is no original of it now`;
  return `✓ ${key}  is developed again`;
}

export interface Lifted {
  lifted: boolean;
  /** Its original. */
  isThere: boolean;
}

export function summaryOf({ keys, removed }: Tally, purges: Asked | undefined) {
  return { keys, removed, purges: purges ?? 'no CDN' };
}

export function summaryInWords({ keys, removed }: Tally, asked: Asked | undefined, where: string) {
  return `${counted(keys, 'key')} taken down, ${counted(removed, 'file')} removed, ${where}\n${cdnInWords(asked)}`;
}

function cdnInWords(asked: Asked | undefined): string {
  if (!asked) {
    return 'No CDN is named (DARKROOM_CDN_DOMAIN): what one keeps stays there for up to a year';
  }
  const waits = `${counted(asked.waiting, 'purge')} left to the sweep`;
  if ('failure' in asked) return `The CDN was not purged, ${waits}: ${asked.failure}`;
  const { done, tasks, waiting } = asked;
  const told = tasks.length > 0 ? ` (${tasks.map(task => `task ${task}`).join(', ')})` : '';
  const rest = waiting > 0 ? `; ${waits}, until there is quota` : '';
  return `CDN: ${counted(done, 'purge')} asked for${told}, done in 5 to 6 minutes${rest}`;
}

export function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

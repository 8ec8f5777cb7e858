import ms from 'ms';
import { FOREVER, type Preset, type PresetList } from './preset-list.ts';

/** What a list says in words such as 90d, in milliseconds. */

/** Longer than anything that clients were told may live: a manifest's minute at the edge, and again in a browser. */
const SHORTEST_RETENTION_MS = ms('10m');

/** How long an upload's event may have waited before only what is urgent is made of it at once. */
export function pressureMilliseconds({ pressure }: PresetList): number {
  return pressure ? ms(pressure.after as ms.StringValue) : Number.POSITIVE_INFINITY;
}

export function retentionMilliseconds({ retain }: Pick<PresetList, 'retain'>): number {
  return Math.max(SHORTEST_RETENTION_MS, ms(retain as ms.StringValue));
}

/** What a set makes on upload, and a view makes again, has to be worth its while. */
export const SHORTEST_KEEP_MS = ms('1d');

/** How long files of the preset stay. */
export function keepMilliseconds({ keep = FOREVER }: Pick<Preset, 'keep'>): number {
  return keep === FOREVER ? Number.POSITIVE_INFINITY : ms(keep as ms.StringValue);
}

import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import type { Codec, Marks } from '../../shared/ports.ts';
import { type Effort, openBench, sharp } from './bench.ts';
import { noRequests } from './memory-store.ts';
import { missesOf } from './misses.ts';
import type { Photo } from './photos.ts';
import { type Rendition, renditionOf } from './rendition.ts';

export interface Measured extends Effort {
  key: string;
  files: number;
  /** Those that were made, and those that a view would have made. */
  renditions: Rendition[];
  /** Why nothing was to be made of it, or could be: then it says nothing about other originals. */
  leftOut?: string;
}

export interface Asked {
  list: PresetList;
  /** It had been developed by that list: only what the new list asks for besides is made. */
  before?: PresetList | undefined;
  /** What the list draws with, where that is not on this disk. */
  marks?: Marks | undefined;
  /** As if the upload had waited so long. */
  waitedMs?: number;
  /** What is made when it is asked for is made, too, each as for a view. */
  withMisses?: true;
}

/** Develops an original here and now as a function would, with as many lanes as an instance has cores, and writes into memory. */
export async function measure(
  { key, read }: Photo,
  { list, before, marks, waitedMs, withMisses }: Asked,
): Promise<Measured> {
  const file = await read();
  const bench = openBench(file && [[key, file]], marks && { marks });
  if (before) {
    const darkroom = bench.darkroom(before, noRequests(), pretended);
    await reconcile(key, { ...darkroom, marks: unseen });
  }
  const { report, effort } = await bench.watch(list, async darkroom => {
    const report = await reconcile(key, { ...darkroom, waitedMs });
    const { bytesRead, bytesWritten } = report.spent;
    return { report, bytesRead, bytesWritten };
  });
  const { outcome, reason = outcome } = report;
  const isLeftOut = outcome === 'failed' || outcome === 'ignored' || !file;
  const made = report.rendered.flatMap(one => renditionOf(one.key, one.bytes));
  const missed = withMisses && !isLeftOut ? await missesOf(key, list, bench) : [];
  return {
    key,
    ...effort,
    files: report.rendered.length,
    renditions: [...made, ...missed],
    ...(isLeftOut ? { leftOut: reason } : {}),
  };
}

/** A file that is there already, larger than any WebP or AVIF that is to replace it; never written to, so never really allocated. */
const LARGE = Buffer.alloc(64e6);
const SMALL = Buffer.from('.');

/** Of the list in force nobody reads what it draws with: nothing is drawn. */
const unseen: Marks = { bytesOf: async () => SMALL, glyphsOf: async () => () => true };

/** Leaves a manifest as if all had been made, without working on a pixel. */
const pretended: Codec = {
  inspect: sharp.inspect,
  decode: async () => ({ width: 1, height: 1, channels: 3, data: SMALL }),
  search: async () => ({ x: 500, y: 500 }),
  measure: async () => ({ chroma: '4:2:0', colourEdges: 0, flat: false, even: 0, colours: 1000 }),
  resize: async raster => raster,
  encode: async (_, { format }) => (format === 'jpeg' || format === 'png' ? LARGE : SMALL),
  encodeFromFile: async () => SMALL,
  placeholder: async () => ({ thumbHash: 'AAAA', colour: '#000000' }),
  frames: async () => [],
  forModeration: async () => ({ jpeg: SMALL, phash: '0000000000000000' }),
};

import { cpus, loadavg } from 'node:os';
import { decodeHeic } from '../../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../../shared/adapters/sharp/codec.ts';
import { Failure } from '../../shared/core/failure.ts';
import { INSTANCE } from '../../shared/core/work/cost.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { fingerprintOfList } from '../../shared/core/list/recipe.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import type { Codec } from '../../shared/ports.ts';
import { memoryStore, noRequests, type Requests } from './memory-store.ts';
import type { Photo } from './photos.ts';

export interface Measured {
  key: string;
  wallSeconds: number;
  /** Of all threads. */
  cpuSeconds: number;
  files: number;
  bytesRead: number;
  bytesWritten: number;
  requests: Requests;
  /** Why nothing was to be made of it, or could be: then it says nothing about other originals. */
  leftOut?: string;
}

const codec = sharpCodec({ heic: decodeHeic });
const nothing = () => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Develops an original here and now as a function would, with as many lanes as an instance has cores, and writes into
 * memory. With `before`, it had been developed by that list: only what the new list asks for besides is made.
 */
async function measure(
  { key, read }: Photo,
  list: PresetList,
  { before, waitedMs }: Pick<How, 'before' | 'waitedMs'>,
): Promise<Measured> {
  const file = await read();
  const objects = new Map<string, Buffer>();
  const derivatives = (requests: Requests) => memoryStore(objects, requests);
  const originals = (requests: Requests) => memoryStore(new Map(file && [[key, file]]), requests);
  const run = (asOf: PresetList, how: Codec, requests: Requests) =>
    reconcile(key, {
      ...surroundings,
      waitedMs,
      originals: originals(requests),
      derivatives: derivatives(requests),
      listInForce: {
        current: async () => ({ list: asOf, fingerprint: fingerprintOfList(asOf) }),
        fresh: async () => {
          requests.gets += 1;
          return { list: asOf, fingerprint: fingerprintOfList(asOf) };
        },
      },
      config: memoryStore(new Map(), requests),
      codec: how,
    });
  if (before) await run(before, pretended, noRequests());
  const requests = noRequests();
  const clock = startClock();
  const report = await run(list, codec, requests);
  const spent = clock();
  const { bytesRead, bytesWritten } = report.spent;
  const { outcome, reason = outcome } = report;
  const isLeftOut = outcome === 'failed' || outcome === 'ignored' || !file;
  const why = isLeftOut ? { leftOut: reason } : {};
  return {
    key,
    ...spent,
    files: report.rendered.length,
    bytesRead,
    bytesWritten,
    requests,
    ...why,
  };
}

const surroundings = {
  log: silent,
  now: () => new Date(),
  attempt: 0,
  deadline: undefined,
  lanes: INSTANCE.vcpu,
  isBehindCdn: false,
};

function startClock() {
  const started = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return {
      wallSeconds: (performance.now() - started) / 1000,
      cpuSeconds: (user + system) / 1e6,
    };
  };
}

/** A file that is there already, larger than any WebP or AVIF that is to replace it; never written to, so never really allocated. */
const LARGE = Buffer.alloc(64e6);
const SMALL = Buffer.from('.');

/** Leaves a manifest as if all had been made, without working on a pixel. */
const pretended: Codec = {
  inspect: codec.inspect,
  decode: async () => ({ width: 1, height: 1, channels: 3, data: SMALL }),
  search: async () => ({ x: 500, y: 500 }),
  resize: async raster => raster,
  encode: async (_, { format }) => (format === 'jpeg' || format === 'png' ? LARGE : SMALL),
  encodeFromFile: async () => SMALL,
  placeholder: async () => ({ thumbHash: 'AAAA', colour: '#000000' }),
};

/** Those that say something, and what was left out. */
export interface Sample {
  measured: Measured[];
  leftOut: Measured[];
  /** Processes that wanted a core just before. */
  load: number;
}

interface How {
  before?: PresetList | undefined;
  /** As if the upload had waited so long. */
  waitedMs?: number;
  tell: (text: string) => void;
}

/** One after the other. The first is developed once more before: a process that is new is slower. */
export async function measureAll(
  photos: Photo[],
  list: PresetList,
  { tell, ...how }: How,
): Promise<Sample> {
  const [load = 0] = loadavg();
  if (photos[0]) await measure(photos[0], list, how);
  const all: Measured[] = [];
  for (const photo of photos) {
    tell(`${all.length} of ${photos.length} developed, to measure`);
    all.push(await measure(photo, list, how));
  }
  return {
    measured: all.filter(({ leftOut }) => !leftOut),
    leftOut: all.filter(({ leftOut }) => leftOut),
    load,
  };
}

export function nothingMeasured({ leftOut }: Sample, photos: string | undefined): Failure {
  const why = leftOut[0] ? `, the first: ${leftOut[0].key}: ${leftOut[0].leftOut}` : '';
  const message = `expected photos that can be developed in ${photos} (--photos), received ${leftOut.length} files that cannot${why}`;
  return new Failure('SETTINGS_INVALID', message);
}

/** CPU time says the same on a busy machine; wall time, which is what is billed, does not. */
export function warningsOf({ measured, load }: Sample): string[] {
  const cores = cpus().length;
  if (measured.length === 0 || load < cores) return [];
  const busy = `This machine was busy (load ${load.toFixed(1)} on ${cores} cores)`;
  return [`${busy}: seconds and costs come out too high.`];
}

/** Named beside every figure that was measured on it. */
export function machineName(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? process.arch}, ${cores.length} cores, Node ${process.versions.node}`;
}

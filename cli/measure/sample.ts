import { cpus } from 'node:os';
import { Failure } from '../../shared/core/failure.ts';
import { type Asked, type Measured, measure } from './measure.ts';
import { evenly, ownPhotos, type Photo, photosIn } from './photos.ts';

/** Those that say something, and what was left out. */
export interface Sample {
  measured: Measured[];
  leftOut: Measured[];
}

/** One after the other. */
export async function measureAll(
  photos: Photo[],
  asked: Asked,
  tell: (text: string) => void,
): Promise<Sample> {
  const all: Measured[] = [];
  for (const photo of photos) {
    tell(`${all.length} of ${photos.length} developed, to measure`);
    all.push(await leastOf(TIMES, () => measure(photo, asked)));
  }
  return {
    measured: all.filter(({ leftOut }) => !leftOut),
    leftOut: all.filter(({ leftOut }) => leftOut),
  };
}

/** A process that is new is slower, and so are cores that others use at the same time: both only ever add. */
const TIMES = 2;

export async function leastOf(
  times: number,
  measuring: () => Promise<Measured>,
): Promise<Measured> {
  let least = await measuring();
  for (let more = 1; more < times && !least.leftOut; more += 1) {
    const next = await measuring();
    if (next.cpuSeconds < least.cpuSeconds) least = next;
  }
  return least;
}

export interface Chosen {
  /** A folder; Darkroom's own photos where it is not said. */
  photos?: string;
  most: number;
}

export const whose = ({ photos }: Chosen) => photos ?? 'those that come with Darkroom';

/** Throws SETTINGS_INVALID where none says anything. */
export async function sampleOf(
  { photos, most }: Chosen,
  asked: Asked,
  tell: (text: string) => void,
): Promise<Sample> {
  const all = photos ? await photosIn(photos) : ownPhotos();
  const sample = await measureAll(evenly(all, most), asked, tell);
  if (sample.measured.length === 0) throw nothingMeasured(sample, photos);
  return sample;
}

function nothingMeasured({ leftOut }: Sample, photos: string | undefined): Failure {
  const why = leftOut[0] ? `, the first: ${leftOut[0].key}: ${leftOut[0].leftOut}` : '';
  const message = `expected photos that can be developed in ${photos} (--photos), received ${leftOut.length} files that cannot${why}`;
  return new Failure('SETTINGS_INVALID', message);
}

/** Named beside every figure that was measured on it. */
export function machineName(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? process.arch}, ${cores.length} cores, Node ${process.versions.node}`;
}

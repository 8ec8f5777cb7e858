import { cpus } from 'node:os';
import { Failure } from '../../shared/core/failure.ts';
import { type Asked, type Measured, measure } from './measure.ts';
import type { Photo } from './photos.ts';

/** Those that say something, and what was left out. */
export interface Sample {
  measured: Measured[];
  leftOut: Measured[];
}

/** One after the other. The first is developed once more before: a process that is new is slower. */
export async function measureAll(
  photos: Photo[],
  asked: Asked,
  tell: (text: string) => void,
): Promise<Sample> {
  if (photos[0]) await measure(photos[0], asked);
  const all: Measured[] = [];
  for (const photo of photos) {
    tell(`${all.length} of ${photos.length} developed, to measure`);
    all.push(await measure(photo, asked));
  }
  return {
    measured: all.filter(({ leftOut }) => !leftOut),
    leftOut: all.filter(({ leftOut }) => leftOut),
  };
}

export function nothingMeasured({ leftOut }: Sample, photos: string | undefined): Failure {
  const why = leftOut[0] ? `, the first: ${leftOut[0].key}: ${leftOut[0].leftOut}` : '';
  const message = `expected photos that can be developed in ${photos} (--photos), received ${leftOut.length} files that cannot${why}`;
  return new Failure('SETTINGS_INVALID', message);
}

/** Named beside every figure that was measured on it. */
export function machineName(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? process.arch}, ${cores.length} cores, Node ${process.versions.node}`;
}

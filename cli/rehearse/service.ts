import { evenly, ownPhotos, photosIn } from '../measure/photos.ts';
import { machineName, measureAll, nothingMeasured } from '../measure/sample.ts';
import { type PresetList, pressureMilliseconds } from '../../shared/core/list/preset-list.ts';
import { type Takes, takesOfSample } from './service-times.ts';

export interface ServiceSource {
  takes: Takes;
  /** In words. */
  from: string;
}

interface Options {
  photos?: string;
  most: number;
}

/** As `estimate` does; where the list has `pressure`, once more as of uploads that waited too long. */
export async function measuredHere(
  { photos, most }: Options,
  list: PresetList,
  tell: (text: string) => void,
): Promise<ServiceSource> {
  const all = photos ? await photosIn(photos) : ownPhotos();
  const chosen = evenly(all, most);
  const sample = await measureAll(chosen, { list }, tell);
  const { measured } = sample;
  if (measured.length === 0) throw nothingMeasured(sample, photos);
  const whose = photos ?? 'those that come with Darkroom';
  const from = `${measured.length} photos, ${whose}, developed here (${machineName()})`;
  const takes = takesOfSample(measured);
  if (!list.pressure) return { takes, from };
  const pressed = await measureAll(chosen, { list, waitedMs: Number.POSITIVE_INFINITY }, tell);
  const { serviceSeconds, puts } = takesOfSample(pressed.measured);
  const pressure = { afterSeconds: pressureMilliseconds(list) / 1000, serviceSeconds, puts };
  return { takes: { ...takes, pressure }, from };
}

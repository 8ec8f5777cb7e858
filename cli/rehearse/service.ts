import { evenly, ownPhotos, photosIn } from '../measure/photos.ts';
import { machineName, measureAll, nothingMeasured } from '../measure/sample.ts';
import { checkedList } from '../presets/presets.ts';
import { type Takes, takesOfSample } from './service-times.ts';

export interface ServiceSource {
  takes: Takes;
  /** In words. */
  from: string;
}

interface Options {
  photos?: string;
  most: number;
  presets: string;
}

/** As `estimate` does. */
export async function measuredHere(
  { photos, most, presets }: Options,
  tell: (text: string) => void,
): Promise<ServiceSource> {
  const { list } = await checkedList(presets);
  const all = photos ? await photosIn(photos) : ownPhotos();
  const sample = await measureAll(evenly(all, most), { list }, tell);
  const { measured } = sample;
  if (measured.length === 0) throw nothingMeasured(sample, photos);
  const whose = photos ?? 'those that come with Darkroom';
  const from = `${measured.length} photos, ${whose}, developed here (${machineName()})`;
  return { takes: takesOfSample(measured), from };
}

import { type Chosen, machineName, sampleOf, whose } from '../measure/sample.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { pressureMilliseconds } from '../../shared/core/list/times.ts';
import { type Takes, takesOfSample } from './service-times.ts';

export interface ServiceSource {
  takes: Takes;
  /** In words. */
  from: string;
}

/** As `estimate` does; where the list has `pressure`, once more as of uploads that waited too long. */
export async function measuredHere(
  chosen: Chosen,
  list: PresetList,
  tell: (text: string) => void,
): Promise<ServiceSource> {
  const { measured } = await sampleOf(chosen, { list }, tell);
  const from = `${measured.length} photos, ${whose(chosen)}, developed here (${machineName()})`;
  const takes = takesOfSample(measured);
  if (!list.pressure) return { takes, from };
  const waitedMs = Number.POSITIVE_INFINITY;
  const pressed = await sampleOf(chosen, { list, waitedMs }, tell);
  const { serviceSeconds, puts } = takesOfSample(pressed.measured);
  const pressure = { afterSeconds: pressureMilliseconds(list) / 1000, serviceSeconds, puts };
  return { takes: { ...takes, pressure }, from };
}

import { type Prices, pricesSchema } from '../../shared/core/work/cost.ts';
import { settingsFrom } from './settings-file.ts';

/** The list prices, with what a YAML file says instead; docs/costs.md shows one. */
export async function pricesFrom(file: string | undefined): Promise<Prices> {
  return await settingsFrom(file, pricesSchema, { what: 'prices', option: '--prices' });
}

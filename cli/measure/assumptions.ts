import * as z from 'zod';
import { Failure } from '../../shared/core/failure.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { ioSchema } from '../../shared/core/work/duration.ts';
import { settingsFrom } from './settings-file.ts';
import { viewsSchema } from './views.ts';

/** What cannot be measured here: what people do, and what a region's network does. All is told with each estimate. */
const assumptionsSchema = z.strictObject({
  views: viewsSchema.prefault({}),
  io: ioSchema.prefault({}),
  logs: z
    .strictObject({
      linesPerInvocation: z
        .number()
        .min(0)
        .default(5)
        .describe('two of ours, and start, end and request metrics, which FC writes'),
      bytesPerLine: z.number().min(0).default(600).describe('with the fields that SLS adds'),
    })
    .prefault({}),
});

export type Assumptions = z.infer<typeof assumptionsSchema>;

/** With what a YAML file says instead; docs/costs.md shows one. */
export async function assumptionsFrom(
  file: string | undefined,
  { presets }: PresetList,
): Promise<Assumptions> {
  const what = { what: 'assumptions', option: '--assumptions' };
  const assumptions = await settingsFrom(file, assumptionsSchema, what);
  const known = presets.map(({ name }) => name);
  const foreign = Object.keys(assumptions.views.presets).find(name => !known.includes(name));
  if (foreign === undefined) return assumptions;
  const message = `expected presets of the list (${known.join(', ')}) in views.presets of ${file}, received ${foreign}`;
  throw new Failure('SETTINGS_INVALID', message);
}

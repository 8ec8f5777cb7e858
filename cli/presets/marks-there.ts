import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import { Failure } from '../../shared/core/failure.ts';
import { sha256Of } from '../../shared/core/list/fingerprint.ts';
import type { PresetList } from '../../shared/core/list/preset-list.ts';
import { filesOf } from '../../shared/core/watermark/mark.ts';
import { emptyMarkCache, marksFrom } from '../../shared/pipeline/marks/stored-marks.ts';
import type { Marks } from '../../shared/ports.ts';
import type { Connection } from '../cloud/connection.ts';

/** Images and fonts of a list that is not accepted yet, from where they lie in the config bucket. */
export function marksThere(list: PresetList, { config }: Pick<Connection, 'config'>): Marks {
  const paths = new Map(
    list.presets.flatMap(({ watermark = [] }) =>
      watermark.flatMap(mark =>
        filesOf(mark).map(({ path }, at) => [mark.sha256?.[at] ?? '', path] as const),
      ),
    ),
  );
  const read = async (sha256: string) => {
    const path = paths.get(sha256) ?? '';
    const bytes = (await config.get(path))?.bytes;
    if (bytes && sha256Of(bytes) === sha256) return bytes;
    const message = `expected ${path} in the config bucket to stay as it is, it was written meanwhile: try again`;
    throw new Failure('PRESETS_INVALID', message);
  };
  return marksFrom(read, emptyMarkCache(), glyphsOf);
}

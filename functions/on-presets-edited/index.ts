import { readPresetList, sentenceAt, sentenceOf } from '../../shared/adapters/yaml/preset-file.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import type { InspectMark } from '../../shared/ports.ts';
import type { ReadList } from '../../shared/pipeline/edits/edit-context.ts';
import { advanceEdit } from '../../shared/pipeline/edits/advance-edit.ts';
import { MAX_AGE_MS } from '../../shared/pipeline/edits/list-in-force.ts';
import { examined } from '../checkup.ts';
import { openRecordKeeping, wakeAgain } from '../stores.ts';

const settings = readSettings();
/** Half as long again as an instance may work with a former list, for clocks that differ. */
const GRACE_MS = 1.5 * MAX_AGE_MS;

/**
 * Woken by a write of the preset list, by a timer, and by itself: what it does depends on the config bucket alone.
 * Only one instance runs at a time (reservedConcurrency in s.yaml), so that no two work on one record.
 */
export const handler = examined(settings, async (_event, context) => {
  const opened = openRecordKeeping(settings, context);
  const { presetsKey } = settings;
  const reading = { presetsKey, read, sentence, inspectMark };
  const state = await advanceEdit({ ...opened, ...reading, graceMs: GRACE_MS });
  if (state === 'more') await wakeAgain({ kind: 'darkroom.tend', name: 'tend' }, settings, context);
  return { state };
});

function read(text: string, file: string): ReadList {
  const result = readPresetList(text, file);
  return 'problems' in result ? { problems: result.problems.map(sentenceOf) } : result;
}

function sentence(
  { text, file }: { text: string; file: string },
  path: PropertyKey[],
  message: string,
): string {
  return sentenceAt(text, file, path, message);
}

/** Loaded where a list has a watermark: what else this function does takes no pixels. */
const inspectMark: InspectMark = async (file, bytes) => {
  const [{ markInspection }, { glyphsOf }] = await Promise.all([
    import('../../shared/adapters/sharp/mark-files.ts'),
    import('../../shared/adapters/fontkit/glyphs.ts'),
  ]);
  await markInspection(glyphsOf)(file, bytes);
};

import { expect, it } from 'vitest';
import { countStored } from '../../../cli/measure/stored.ts';
import { presetListShape } from '../../../shared/core/list/preset-list.ts';
import { cellsOf } from '../../../shared/core/work/cells.ts';
import { dayOf } from '../../../shared/core/work/heat.ts';

const presets = [{ name: 'feed', widths: [480], formats: { jpeg: {} } }];
const list = presetListShape.parse({
  version: 1,
  rules: [{ match: '**', presets: ['feed'] }],
  presets,
});
const uploadedAt = new Date('2026-11-01T03:00:00Z');

/** At noon in China, just before its midnight, and just behind it: the third day begins at 16:00 UTC. */
const HOURS = [
  ['2026-11-02T04:00:00Z', '0-1'],
  ['2026-11-02T15:59:59Z', '0-1'],
  ['2026-11-02T16:00:00Z', '2-7'],
  ['2026-11-02T23:59:59Z', '2-7'],
  ['2026-11-03T00:00:00Z', '2-7'],
] as const;

it.each(HOURS)(
  'a file is as old as its picture by the days of logs, which are those of China, whoever tells the upload (%s)',
  async (now, age) => {
    for (const told of [true, false]) {
      const stored = await countStored(files(), cellsOf(list), {
        now: new Date(now),
        uploaded: () => (told ? dayOf(uploadedAt) : undefined),
      });
      expect(stored.cells.flat()).toEqual([{ age, files: 1, bytes: 1000 }]);
    }
  },
);

async function* files() {
  const key = 'a.jpg/0123456789/feed-480-0123456789.jpg';
  yield { key, bytes: 1000, modifiedAt: uploadedAt };
}

import { batchSchema } from '../../shared/core/work/batch.ts';
import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import { markInspection } from '../../shared/adapters/sharp/mark-files.ts';
import { readPresetList, sentenceAt, sentenceOf } from '../../shared/adapters/yaml/preset-file.ts';
import { IN_FORCE_KEY, type InForce } from '../../shared/core/work/in-force.ts';
import { ROLLOUT_KEY, type Run } from '../../shared/core/work/run.ts';
import { backfill } from '../../shared/pipeline/bulk/backfill.ts';
import type { EditContext } from '../../shared/pipeline/edits/edit-context.ts';
import { emptyMarkCache, storedMarks } from '../../shared/pipeline/marks/stored-marks.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { type TestDarkroom, testDarkroom } from './darkrooms.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';

/** An edit's whole surroundings in memory: tasks are done as soon as they are handed over, by the real worker. */
export interface TestDesk extends EditContext {
  config: MemoryStore;
  darkroom: TestDarkroom;
  tasks: { id: string; keys: string[] }[];
  warnings: string[];
  write(yaml: string): void;
  inForce(): InForce | undefined;
  rollout(): Run | undefined;
  /** Set while workers are to do nothing. */
  idle: boolean;
}

/** As FC delivers an event again that a worker died of. */
async function attempts(work: () => Promise<unknown>): Promise<void> {
  await work().catch(work);
}

export function testDesk(): TestDesk {
  const config = memoryStore();
  const darkroom = testDarkroom();
  darkroom.config = config;
  darkroom.marks = storedMarks(config, emptyMarkCache(), glyphsOf);
  darkroom.listInForce = {
    current: () => listInForce(config, {}).current(),
    fresh: () => listInForce(config, {}).current(),
  };
  const known = new Set<string>();
  const warnings: string[] = [];
  const warn = (event: string) => warnings.push(event);
  const nothing = () => undefined;
  const record = (key: string) => {
    const stored = config.objects.get(key);
    return stored && JSON.parse(stored.bytes.toString());
  };
  const desk: TestDesk = {
    config,
    darkroom,
    originals: darkroom.originals,
    derivatives: darkroom.derivatives,
    bucket: 'originals',
    presetsKey: 'presets.yaml',
    tasks: [],
    warnings,
    idle: false,
    queue: {
      submit: async (id, payload) => {
        if (known.has(id)) return 'duplicate';
        known.add(id);
        const { bucket: _, ...batch } = batchSchema.parse(JSON.parse(payload.toString()));
        desk.tasks.push({ id, keys: batch.keys });
        if (!desk.idle) await attempts(() => backfill(batch, darkroom, config));
        return 'accepted';
      },
    },
    read: (text, file) => {
      const read = readPresetList(text, file);
      return 'problems' in read ? { problems: read.problems.map(sentenceOf) } : read;
    },
    sentence: ({ text, file }, path, message) => sentenceAt(text, file, path, message),
    inspectMark: markInspection(glyphsOf),
    log: { debug: nothing, info: nothing, warn, error: warn },
    now: () => darkroom.now(),
    deadline: new Date('2100-01-01'),
    graceMs: 0,
    write: yaml => config.upload('presets.yaml', yaml),
    inForce: () => record(IN_FORCE_KEY),
    rollout: () => record(ROLLOUT_KEY),
  };
  return desk;
}

import { glyphsOf } from '../../shared/adapters/fontkit/glyphs.ts';
import { presetsOrThrow } from '../../shared/adapters/yaml/preset-file.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/core/set/manifest.ts';
import { backfill } from '../../shared/pipeline/bulk/backfill.ts';
import { emptyMarkCache, storedMarks } from '../../shared/pipeline/marks/stored-marks.ts';
import type { Darkroom, ModerationMemory } from '../../shared/pipeline/darkroom.ts';
import { type MemoryStore, memoryStore } from './memory-store.ts';
import { SMALL } from './preset-lists.ts';
import { type ScriptedCodec, scriptedCodec } from './scripted-codec.ts';
import { type ScriptedModerator, scriptedModerator } from './scripted-moderator.ts';

export interface TestDarkroom extends Darkroom {
  originals: MemoryStore;
  derivatives: MemoryStore;
  config: MemoryStore;
  codec: ScriptedCodec;
  moderation: { moderator: ScriptedModerator; memory: ModerationMemory };
  /** Puts another list in force. */
  edit(yaml: string): void;
  at(time: string): void;
  manifest(key: string): Manifest | undefined;
  /** As the backfill function does it when it is asked. */
  developAnew(key: string): Promise<unknown>;
}

export function testDarkroom(yaml = SMALL): TestDarkroom {
  let current = presetsOrThrow(yaml, 'presets.yaml');
  let time = new Date('2026-11-23T10:00:00.000Z');
  const nothing = () => undefined;
  const derivatives = memoryStore();
  derivatives.now = () => time;
  const config = memoryStore();
  const darkroom: TestDarkroom = {
    originals: memoryStore(),
    derivatives,
    config,
    marks: storedMarks(config, emptyMarkCache(), glyphsOf),
    moderation: { moderator: scriptedModerator(config), memory: {} },
    isBehindCdn: false,
    codec: scriptedCodec(),
    listInForce: { current: async () => current, fresh: async () => current },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    now: () => time,
    attempt: 0,
    deadline: undefined,
    lanes: 2,
    edit: text => {
      current = presetsOrThrow(text, 'presets.yaml');
    },
    at: text => {
      time = new Date(text);
    },
    manifest: key => {
      const stored = derivatives.objects.get(manifestKey(key));
      return stored && manifestSchema.parse(JSON.parse(stored.bytes.toString()));
    },
    developAnew: key => backfill({ keys: [key], mode: 'force' }, darkroom, darkroom.config),
  };
  return darkroom;
}

import { availableParallelism } from 'node:os';
import { readApng } from '../shared/adapters/apng-reader.ts';
import { decodeHeic } from '../shared/adapters/heic-decoder.ts';
import { jsonLog } from '../shared/adapters/json-log.ts';
import { ossStore } from '../shared/adapters/oss-store.ts';
import { sharpCodec } from '../shared/adapters/sharp-codec.ts';
import { type Context, deadlineOf } from '../shared/fc/context.ts';
import type { Settings } from '../shared/fc/settings.ts';
import type { Darkroom } from '../shared/pipeline/darkroom.ts';
import { type PresetCache, presetsInForce } from '../shared/pipeline/presets-in-force.ts';
import type { ObjectStore } from '../shared/ports.ts';

const cache: PresetCache = {};
const codec = sharpCodec({ heic: decodeHeic, apng: readApng });

/** For one event: credentials are the event's. The list and the codec outlive it, in a warm instance. */
export function openDarkroom(
  settings: Settings,
  context: Context,
): Darkroom & { config: ObjectStore } {
  const { ossRegion: region, endpoint, pathStyle } = settings;
  const connection = { region, endpoint, pathStyle, credentials: context.credentials };
  const config = ossStore(settings.config, connection);
  return {
    originals: ossStore(settings.originals, connection),
    derivatives: ossStore(settings.derivatives, connection),
    config,
    isBehindCdn: settings.cdnDomain !== undefined,
    presets: presetsInForce(config, cache),
    codec,
    log: jsonLog(settings.logLevel, {
      requestId: context.requestId,
      attempt: context.retryCount + 1,
    }),
    now: () => new Date(),
    attempt: context.retryCount,
    deadline: deadlineOf(context, new Date()),
    lanes: availableParallelism(),
  };
}

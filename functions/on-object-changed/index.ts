import { availableParallelism } from 'node:os';
import { readApng } from '../../shared/adapters/apng-reader.ts';
import { decodeHeic } from '../../shared/adapters/heic-decoder.ts';
import { jsonLog } from '../../shared/adapters/json-log.ts';
import { ossStore } from '../../shared/adapters/oss-store.ts';
import { sharpCodec } from '../../shared/adapters/sharp-codec.ts';
import { type PresetCache, storedPresets } from '../../shared/adapters/yaml-presets.ts';
import { deadlineOf, readContext } from '../../shared/fc/context.ts';
import { readSettings } from '../../shared/fc/settings.ts';
import { wantedKeys } from '../../shared/fc/wanted-keys.ts';
import { reconcileAll } from '../../shared/pipeline/reconcile-all.ts';

const settings = readSettings();
const cache: PresetCache = {};
const codec = sharpCodec({ heic: decodeHeic, apng: readApng });

/** Woken by an upload, an overwrite or a delete in the originals bucket. */
export async function handler(event: Buffer, fcContext: unknown) {
  const context = readContext(fcContext);
  const log = jsonLog(settings.logLevel, {
    requestId: context.requestId,
    attempt: context.retryCount + 1,
  });
  const { keys, ignored } = wantedKeys(event, settings.originals);
  for (const record of ignored) log.info('ignored', record);
  const connection = {
    region: settings.ossRegion,
    endpoint: settings.endpoint,
    pathStyle: settings.pathStyle,
    credentials: context.credentials,
  };
  const reports = await reconcileAll(keys, {
    originals: ossStore(settings.originals, connection),
    derivatives: ossStore(settings.derivatives, connection),
    presets: storedPresets(ossStore(settings.config, connection), settings.presetsKey, cache),
    codec,
    log,
    now: () => new Date(),
    attempt: context.retryCount,
    deadline: deadlineOf(context, new Date()),
    lanes: availableParallelism(),
  });
  return { reports, ignored };
}

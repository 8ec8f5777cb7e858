import { availableParallelism } from 'node:os';
import { glyphsOf } from '../shared/adapters/fontkit/glyphs.ts';
import { decodeHeic } from '../shared/adapters/libheif/decoder.ts';
import { greenModerator } from '../shared/adapters/moderation/green.ts';
import { jsonLog } from '../shared/adapters/pino/json-log.ts';
import type { Spans } from '../shared/adapters/opentelemetry/spans.ts';
import { sharpCodec } from '../shared/adapters/sharp/codec.ts';
import { type Context, deadlineOf } from '../shared/fc/context.ts';
import type { Settings } from '../shared/fc/settings.ts';
import type { Darkroom, ModerationMemory } from '../shared/pipeline/darkroom.ts';
import { type ListCache, listInForce } from '../shared/pipeline/edits/list-in-force.ts';
import { emptyMarkCache, storedMarks } from '../shared/pipeline/marks/stored-marks.ts';
import { traced } from '../shared/pipeline/develop/traced.ts';
import type { ObjectStore } from '../shared/ports.ts';
import { openStores } from './stores.ts';

const cache: ListCache = {};
const marks = emptyMarkCache();
const memory: ModerationMemory = {};
const codec = sharpCodec({ heic: decodeHeic });

let spans: Spans | undefined;

/** One event's work, with a trace where OTEL_EXPORTER_OTLP_ENDPOINT is set: sent before the answer, since FC freezes an instance after it. */
export async function inDarkroom<T>(
  settings: Settings,
  context: Context,
  work: (darkroom: OpenDarkroom) => Promise<T>,
): Promise<T> {
  const darkroom = openDarkroom(settings, context);
  const { otlpEndpoint } = settings;
  if (!otlpEndpoint) return await work(darkroom);
  const { otelSpans } = await import('../shared/adapters/opentelemetry/spans.ts');
  const {
    requestId,
    function: { name },
  } = context;
  spans ??= otelSpans(otlpEndpoint, name);
  const { span, flush } = spans;
  try {
    const { config } = darkroom;
    return await span(name, { requestId }, () => work({ ...traced(darkroom, span), config }));
  } finally {
    const lost = await flush();
    if (lost) darkroom.log.warn('spans-lost', lost);
  }
}

type OpenDarkroom = Darkroom & { config: ObjectStore };

/** For one event: credentials are the event's. The list and the codec outlive it, in a warm instance. */
function openDarkroom(settings: Settings, context: Context): OpenDarkroom {
  const stores = openStores(settings, context);
  return {
    ...stores,
    isBehindCdn: settings.cdnDomain !== undefined,
    listInForce: listInForce(stores.config, cache),
    marks: storedMarks(stores.config, marks, glyphsOf),
    codec,
    moderation: { moderator: openModerator(settings, context), memory },
    log: jsonLog(settings.logLevel, {
      requestId: context.requestId,
      ...(context.retryCount === undefined ? {} : { attempt: context.retryCount + 1 }),
    }),
    now: () => new Date(),
    attempt: context.retryCount,
    ...(context.replayedAt === undefined ? {} : { replayedAt: context.replayedAt }),
    deadline: deadlineOf(context, new Date()),
    lanes: availableParallelism(),
  };
}

/** Nothing of it is opened before a picture is to be judged. */
function openModerator(settings: Settings, { credentials }: Context) {
  const { region, config: bucket, moderationEndpoint: endpoint } = settings;
  return greenModerator({ region, bucket, endpoint, credentials });
}

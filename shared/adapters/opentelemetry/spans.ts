import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { Span } from '../../ports.ts';

/** Spans over OTLP/HTTP in JSON. Loaded where an endpoint is set, and nowhere else. */

export interface Spans {
  span: Span;
  /** Sends what there is; answers how many spans were lost since the last time, and why. Never rejects. */
  flush(): Promise<{ count: number; reason: string } | undefined>;
}

/** The handler waits for it: a collector that does not answer must not cost more than this. */
const PATIENCE_MS = 3000;
/** A batch of 500 originals makes some 50,000, sent by 512 as they come; so many may wait for a slow collector. */
const MOST_WAITING = 8192;

/** `endpoint` as OTEL_EXPORTER_OTLP_ENDPOINT has it, without /v1/traces. Headers come from OTEL_EXPORTER_OTLP_HEADERS. */
export function otelSpans(endpoint: string, service: string): Spans {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const counted = counting(new OTLPTraceExporter({ url, timeoutMillis: PATIENCE_MS }));
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(counted.exporter, { maxQueueSize: MOST_WAITING })],
  });
  const tracer = provider.getTracer('darkroom');
  const here = new AsyncLocalStorage<Context>();
  return {
    async span(name, attributes, action) {
      const parent = here.getStore() ?? ROOT_CONTEXT;
      const span = tracer.startSpan(name, { attributes }, parent);
      try {
        return await here.run(trace.setSpan(parent, span), action);
      } catch (thrown) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: String(thrown) });
        throw thrown;
      } finally {
        span.end();
      }
    },
    async flush() {
      await provider.forceFlush().catch(() => undefined);
      return counted.lost();
    },
  };
}

/** The SDK tells nobody of a batch that was not taken: whoever flushes hears of it from here. */
function counting(exporter: SpanExporter) {
  let count = 0;
  let reason = '';
  const lost = () => {
    const told = count > 0 ? { count, reason } : undefined;
    count = 0;
    return told;
  };
  const counted: SpanExporter = {
    export: (spans, done) =>
      exporter.export(spans, result => {
        if (result.code !== 0) {
          count += spans.length;
          reason = result.error?.message ?? 'the collector did not take them';
        }
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
  return { exporter: counted, lost };
}

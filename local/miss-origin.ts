import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import * as z from 'zod';
import { parseAutoKey } from '../shared/core/set/client-choice.ts';
import type { FunctionHost } from './function-host/host.ts';
import type { Happening } from './function-host/invocation.ts';
import type { Reply } from './oss-server/reply.ts';

/** What a CDN asks its second origin when the bucket has no such object: the HTTP function of s.yaml. */

export interface Missed {
  method: string;
  /** As the client sent it, with its query. */
  url: string;
  headers: IncomingHttpHeaders;
}

const MISS_FUNCTION = 'darkroom-on-cdn-miss';

const replySchema = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()),
  isBase64Encoded: z.boolean(),
  body: z.string(),
});
type FunctionReply = z.infer<typeof replySchema>;

/**
 * Requests for one file at one time are one invocation, as a CDN's node asks its origin once: by HEAD as by GET, which the
 * function answers alike. What is chosen for a client is asked for by each.
 */
export function missOrigin(host: () => FunctionHost | undefined, secret: string) {
  const asking = new Map<string, Promise<FunctionReply>>();
  const askOnce = async (missed: Missed): Promise<FunctionReply> => {
    const { path } = partsOf(missed.url);
    if (parseAutoKey(decodeURIComponent(path.slice(1)))) return await ask(missed);
    const known = asking.get(path) ?? ask(missed).finally(() => asking.delete(path));
    asking.set(path, known);
    return await known;
  };
  const ask = async (missed: Missed): Promise<FunctionReply> => {
    const running = host();
    if (!running) throw new Error('expected the function host to be up');
    const event = eventOf(missed, secret);
    const { payload, functionError } = await running.invoke(MISS_FUNCTION, event);
    if (functionError)
      throw new Error(`expected ${MISS_FUNCTION} to answer, it failed: ${payload}`);
    return replySchema.parse(JSON.parse(payload.toString('utf8')));
  };
  return async (missed: Missed): Promise<Reply> => replyOf(await askOnce(missed));
}

/** https://www.alibabacloud.com/help/en/functioncompute/fc/http-trigger-invocation-function */
function eventOf({ method, url, headers }: Missed, secret: string): Buffer {
  const { path, query } = partsOf(url);
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return Buffer.from(
    JSON.stringify({
      version: 'v1',
      rawPath: path,
      headers: { ...Object.fromEntries(single), 'X-Darkroom-Secret': secret },
      queryParameters: Object.fromEntries(new URLSearchParams(query)),
      body: '',
      isBase64Encoded: false,
      requestContext: { http: { method, path, protocol: 'HTTP/1.1' } },
    }),
  );
}

/** As the client wrote them: a URL would fold dots, and take what follows two slashes for a host. */
function partsOf(url: string): { path: string; query: string } {
  const [path = '', ...query] = url.split('?');
  return { path, query: query.join('?') };
}

function replyOf({ statusCode, headers, isBase64Encoded, body }: FunctionReply): Reply {
  if (!isBase64Encoded) return { status: statusCode, headers, body };
  const bytes = Buffer.from(body, 'base64');
  const length = { 'content-length': String(bytes.length) };
  return { status: statusCode, headers: { ...headers, ...length }, body: Readable.from([bytes]) };
}

/** A picture in Base64 is nothing to print. */
export function withoutBody(happening: Happening): Happening {
  if (happening.kind !== 'succeeded') return happening;
  const reply = replySchema.safeParse(happening.result);
  if (!reply.success) return happening;
  const { statusCode, headers, body } = reply.data;
  return { ...happening, result: { statusCode, headers, bodyLength: body.length } };
}

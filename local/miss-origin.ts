import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import * as z from 'zod';
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

/** Requests for one file at one time are one invocation, as a CDN's node asks its origin once. */
export function missOrigin(host: () => FunctionHost | undefined, secret: string) {
  const asking = new Map<string, Promise<FunctionReply>>();
  const askOnce = async (missed: Missed): Promise<FunctionReply> => {
    if (missed.url.startsWith('/auto/')) return await ask(missed);
    const name = `${missed.method} ${missed.url}`;
    const known = asking.get(name) ?? ask(missed).finally(() => asking.delete(name));
    asking.set(name, known);
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
  const { pathname, searchParams } = new URL(url, 'http://cdn.local');
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return Buffer.from(
    JSON.stringify({
      version: 'v1',
      rawPath: pathname,
      headers: { ...Object.fromEntries(single), 'X-Darkroom-Secret': secret },
      queryParameters: Object.fromEntries(searchParams),
      body: '',
      isBase64Encoded: false,
      requestContext: { http: { method, path: pathname, protocol: 'HTTP/1.1' } },
    }),
  );
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

import * as z from 'zod';
import { Failure } from '../core/failure.ts';

/**
 * What an HTTP trigger hands a built-in runtime, and what it takes back. Names of headers come as the client wrote
 * them. https://www.alibabacloud.com/help/en/functioncompute/fc/http-trigger-invocation-function
 */
const httpEventSchema = z.looseObject({
  rawPath: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  queryParameters: z.record(z.string(), z.string()).default({}),
  requestContext: z.looseObject({ http: z.looseObject({ method: z.string() }) }),
});

export interface HttpRequest {
  method: string;
  /** Decoded, without the first slash: a key. Undefined where it is not percent-encoded UTF-8. */
  key: string | undefined;
  /** By lower-case name. */
  headers: Record<string, string>;
  query: Record<string, string>;
}

export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  body?: Buffer | string;
}

export function readHttpEvent(payload: Buffer): HttpRequest {
  const parsed = httpEventSchema.safeParse(jsonOf(payload));
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.');
    throw new Failure(
      'EVENT_UNREADABLE',
      `expected an event of an HTTP trigger, it is wrong at ${place}`,
    );
  }
  const { rawPath, headers, queryParameters, requestContext } = parsed.data;
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method: requestContext.http.method.toUpperCase(),
    key: decoded(rawPath.replace(/^\//, '')),
    headers: Object.fromEntries(lower),
    query: queryParameters,
  };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    throw new Failure('EVENT_UNREADABLE', 'expected JSON in UTF-8, received something else', {
      cause,
    });
  }
}

/** Bytes go as Base64; FC sets the length itself and refuses one that is given. */
export function httpReply({ status, headers, body }: HttpReply) {
  return {
    statusCode: status,
    headers,
    isBase64Encoded: Buffer.isBuffer(body),
    body: Buffer.isBuffer(body) ? body.toString('base64') : (body ?? ''),
  };
}

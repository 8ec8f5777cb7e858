import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type CdnCache, cdnCache, type Kept, LARGEST } from './cdn-cache.ts';
import type { Missed } from './miss-origin.ts';
import type { Validators } from './oss-server/conditions.ts';
import { listenOnLoopback } from './oss-server/listen.ts';
import type { ByteRange } from './oss-server/range.ts';
import { type Reply, sendReply } from './oss-server/reply.ts';
import { decideServing, representationHeaders, serveBody } from './oss-server/serve.ts';
import type { ObjectStorage, StoredObject } from './oss-server/storage.ts';
import { takeRawTargets } from './raw-targets.ts';

export interface CdnOptions {
  port: number;
  store: ObjectStorage;
  bucket: string;
  /** Asked when there is no such key; what it answers is sent instead of the 404. */
  onMiss?: (missed: Missed) => Promise<Reply | undefined>;
}

export interface Cdn {
  endpoint: string;
  port: number;
  purge: CdnCache['purge'];
  close(): Promise<void>;
}

/**
 * What the CDN adds to every answer, here and in the cloud (`darkroom setup`): pages of any origin fetch manifests and
 * the published list. A CORS rule of the bucket would not do, since the CDN keeps one answer for all origins.
 */
export const ALWAYS = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };

/** No object has an empty key; people open it all the same. */
const AT_ROOT =
  'This is the local CDN of Darkroom. It serves what lies in the bucket derivatives by its key, and lists nothing. To look at what is there, open the studio, whose address npm start prints first.';

interface Edge extends CdnOptions {
  cache: CdnCache;
}

/** Reads the bucket as a CDN with a private origin does: anybody may read, nobody may list or write. */
export async function startCdn(options: CdnOptions): Promise<Cdn> {
  const edge: Edge = { ...options, cache: cdnCache() };
  const { port, close } = await listenOnLoopback(
    () =>
      takeRawTargets(createServer((request, response) => void respond(edge, request, response))),
    options.port,
  );
  return { endpoint: `http://localhost:${port}`, port, purge: edge.cache.purge, close };
}

/** Never rejects: whoever left in the middle of a body is gone. */
async function respond(edge: Edge, request: IncomingMessage, response: ServerResponse) {
  try {
    request.resume();
    const reply = await route(edge, request).catch(toFailure);
    await sendReply(response, { ...reply, headers: { ...ALWAYS, ...reply.headers } });
  } catch {
    response.destroy();
  }
}

function toFailure(error: unknown): Reply {
  return refusal(500, String(error));
}

async function route(edge: Edge, request: IncomingMessage): Promise<Reply> {
  const { method = '', url = '/', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    return refusal(405, `${method} is not allowed here.`, { allow: 'GET, HEAD' });
  }
  const key = readKey(url);
  if (key === undefined) return refusal(400, 'The path is not percent-encoded UTF-8.');
  if (key === '') return refusal(404, AT_ROOT);
  const kept = edge.cache.find(url, headers);
  if (kept) return marked(replyFrom(kept, request), 'HIT', { age: String(kept.age) });
  return marked(await fromOrigin(edge, key, request), 'MISS');
}

function marked(reply: Reply, cache: 'HIT' | 'MISS', more: Record<string, string> = {}): Reply {
  return { ...reply, headers: { ...reply.headers, ...more, 'x-cache': cache } };
}

/** The bucket first, then whoever answers for what it has not; whole answers to a GET may be kept. */
async function fromOrigin(edge: Edge, key: string, request: IncomingMessage): Promise<Reply> {
  const { method = '', url = '/', headers } = request;
  const ticket = edge.cache.ticket();
  const found = edge.store.find(edge.bucket)?.objects.get(key);
  if (found && (method === 'HEAD' || found.size > LARGEST)) return direct(edge, found, request);
  const kept = found
    ? await keptFromBucket(edge, found)
    : await keptFromMiss(await edge.onMiss?.({ method, url, headers }));
  if (!kept) return refusal(404, 'There is no such object.');
  if (method === 'GET') edge.cache.keep({ path: url, headers }, kept, ticket);
  return replyFrom(kept, request);
}

function readKey(target: string): string | undefined {
  try {
    return decodeURIComponent((target.split('?')[0] ?? '').slice(1));
  } catch {
    return undefined;
  }
}

/** Without a pause between finding and opening, as the storage wants it. */
async function keptFromBucket({ store, bucket }: Edge, object: StoredObject) {
  const body = object.size === 0 ? undefined : store.find(bucket)?.read(object.blob);
  return {
    status: 200,
    headers: representationHeaders(object),
    body: body ? await buffer(body) : Buffer.alloc(0),
    validators: object,
  };
}

async function keptFromMiss(reply: Reply | undefined): Promise<Kept | undefined> {
  if (!reply) return undefined;
  const { status, headers = {}, body = '' } = reply;
  const bytes = typeof body === 'string' ? Buffer.from(body) : await buffer(body);
  return { status, headers, body: bytes, validators: undefined };
}

/** Conditions and a range are answered from the whole, which is what an edge has. */
function replyFrom({ status, headers, body, validators }: Kept, request: IncomingMessage): Reply {
  const decided = validators
    ? decide({ ...validators, size: body.length }, headers, request)
    : undefined;
  if (decided && 'status' in decided) return decided;
  const { range } = decided ?? {};
  const part = range ? body.subarray(range.start, range.end + 1) : body;
  const lengths = {
    'content-length': String(part.length),
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${body.length}` }),
  };
  return {
    status: range ? 206 : status,
    headers: { ...headers, ...lengths },
    ...(request.method === 'HEAD' ? {} : { body: Readable.from([part]) }),
  };
}

/** What is too large to keep, and the head of what was not asked for in full. */
function direct({ store, bucket: name }: Edge, object: StoredObject, request: IncomingMessage) {
  const bucket = store.find(name);
  if (!bucket) return refusal(404, 'There is no such object.');
  const headers = representationHeaders(object);
  const decided = decide(object, headers, request);
  if ('status' in decided) return decided;
  const reply = serveBody(bucket, object, { method: request.method ?? '', range: decided.range });
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

/** An answer without a body, or what of the body is asked for. */
function decide(
  object: Validators & { size: number },
  headers: Kept['headers'],
  request: IncomingMessage,
): Reply | { range: ByteRange | undefined } {
  const asked = request.headers as Readonly<Record<string, string | undefined>>;
  const serving = decideServing(object, asked, true);
  if (serving.kind === 'failed') return refusal(412, `${serving.condition} did not hold.`);
  if (serving.kind === 'not-modified') return { status: 304, headers };
  if (serving.kind === 'unsatisfiable') {
    const size = { 'content-range': `bytes */${object.size}` };
    return refusal(416, 'The range is outside of the object.', size);
  }
  return { range: serving.kind === 'part' ? serving.range : undefined };
}

function refusal(status: number, text: string, headers: Record<string, string> = {}): Reply {
  const own = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers: { ...own, ...headers }, body: `${text}\n` };
}

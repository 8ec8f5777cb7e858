import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Missed } from './miss-origin.ts';
import { listenOnLoopback } from './oss-server/listen.ts';
import { type Reply, sendReply } from './oss-server/reply.ts';
import { decideServing, representationHeaders, serveBody } from './oss-server/serve.ts';
import type { ObjectStorage, StoredObject } from './oss-server/storage.ts';

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
  close(): Promise<void>;
}

const ALWAYS = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };

/** Reads the bucket as a CDN with a private origin does: anybody may read, nobody may list or write. */
export async function startCdn(options: CdnOptions): Promise<Cdn> {
  const { port, close } = await listenOnLoopback(
    () => createServer((request, response) => void respond(options, request, response)),
    options.port,
  );
  return { endpoint: `http://localhost:${port}`, port, close };
}

/** Never rejects: whoever left in the middle of a body is gone. */
async function respond(options: CdnOptions, request: IncomingMessage, response: ServerResponse) {
  try {
    request.resume();
    const reply = await route(options, request).catch(toFailure);
    await sendReply(response, { ...reply, headers: { ...ALWAYS, ...reply.headers } });
  } catch {
    response.destroy();
  }
}

function toFailure(error: unknown): Reply {
  return refusal(500, String(error));
}

async function route(options: CdnOptions, request: IncomingMessage): Promise<Reply> {
  const method = request.method ?? '';
  if (method !== 'GET' && method !== 'HEAD') {
    return refusal(405, `${method} is not allowed here.`, { allow: 'GET, HEAD' });
  }
  const key = readKey(request.url ?? '/');
  if (key === undefined) return refusal(400, 'The path is not percent-encoded UTF-8.');
  const reply =
    serve(options, key, request) ??
    (await options.onMiss?.({ method, url: request.url ?? '/', headers: request.headers }));
  return reply ?? refusal(404, 'There is no such object.');
}

function readKey(target: string): string | undefined {
  try {
    return decodeURIComponent((target.split('?')[0] ?? '').slice(1));
  } catch {
    return undefined;
  }
}

/** Without a pause between finding and opening, as the storage wants it. */
function serve({ store, bucket: name }: CdnOptions, key: string, request: IncomingMessage) {
  const bucket = store.find(name);
  const object = bucket?.objects.get(key);
  if (!bucket || !object) return undefined;
  const asked = request.headers as Readonly<Record<string, string | undefined>>;
  const serving = decideServing(object, asked, true);
  const headers = representationHeaders(object);
  if (serving.kind === 'failed') return refusal(412, `${serving.condition} did not hold.`);
  if (serving.kind === 'unsatisfiable') return unsatisfiable(object);
  if (serving.kind === 'not-modified') return { status: 304, headers };
  const range = serving.kind === 'part' ? serving.range : undefined;
  const reply = serveBody(bucket, object, { method: request.method ?? '', range });
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

function unsatisfiable(object: StoredObject): Reply {
  return refusal(416, 'The range is outside of the object.', {
    'content-range': `bytes */${object.size}`,
  });
}

function refusal(status: number, text: string, headers: Record<string, string> = {}): Reply {
  const own = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers: { ...own, ...headers }, body: `${text}\n` };
}

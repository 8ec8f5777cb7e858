import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { readAddresses, splitTarget } from './address.ts';
import { authenticate, type Keyring } from './authenticate.ts';
import type { Call } from './call.ts';
import { corsHeaders, preflight } from './cors.ts';
import { OssError } from './errors.ts';
import { createPublish, type OnEvent } from './events.ts';
import { discardReply, type Reply, sendReply, xmlReply } from './reply.ts';
import { findRoute } from './router.ts';
import { postObject } from './routes/post-object.ts';
import type { ObjectStorage } from './storage.ts';

export interface Service {
  readonly store: ObjectStorage;
  readonly keyring: Keyring;
  readonly onEvent: OnEvent | undefined;
}

/** Never rejects: a client that went away is nobody's failure, and one request must not end the server. */
export async function answer(service: Service, request: IncomingMessage, response: ServerResponse) {
  const started = Date.now();
  const requestId = randomBytes(12).toString('hex').toUpperCase();
  const headers = plainHeaders(request);
  const reply = await settle(service, request, headers, requestId);
  try {
    await drain(request);
    const own = {
      server: 'AliyunOSS',
      'x-oss-request-id': requestId,
      'x-oss-server-time': String(Date.now() - started),
      ...corsHeaders(headers),
    };
    await sendReply(response, { ...reply, headers: { ...own, ...reply.headers } });
  } catch {
    discardReply(reply);
    response.destroy();
  }
}

async function settle(
  service: Service,
  request: IncomingMessage,
  headers: Record<string, string>,
  requestId: string,
): Promise<Reply> {
  try {
    if (request.method === 'OPTIONS') return preflight(headers);
    const call = openCall(service, request, headers, requestId);
    return isForm(call) ? await postObject(call) : await findRoute(call)(call);
  } catch (error) {
    return errorReply(error, { requestId, headers, method: request.method ?? '' });
  }
}

function openCall(
  service: Service,
  request: IncomingMessage,
  headers: Record<string, string>,
  requestId: string,
): Call {
  const { store, keyring } = service;
  const { path, query } = splitTarget(request.url ?? '/');
  const names = store.buckets().map(bucket => bucket.name);
  const addresses = readAddresses(headers.host ?? '', path, names);
  const method = request.method ?? '';
  const cause = { requestId, address: request.socket.remoteAddress ?? '', region: keyring.region };
  const publish = createPublish(service.onEvent, cause);
  const unsigned = { method, address: addresses[0] ?? { bucket: '', key: '' }, query, headers };
  const call = { ...unsigned, body: request, store, keyring, publish };
  if (isForm(call)) return call;
  return {
    ...call,
    ...authenticate({ method, headers, query }, addresses, keyring, Date.now()),
  };
}

/** A PostObject carries its signature inside. */
function isForm({ method, address, query, headers }: Omit<Call, 'body'>): boolean {
  const type = headers['content-type'] ?? '';
  return (
    method === 'POST' &&
    address.key === '' &&
    query.length === 0 &&
    type.startsWith('multipart/form-data')
  );
}

function plainHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).map(
    ([name, value]) => [name, String(value)] as const,
  );
  return Object.fromEntries(entries);
}

/** A client still sending would see a broken connection instead of the answer. */
async function drain(request: IncomingMessage): Promise<void> {
  if (request.readableEnded) return;
  request.resume();
  await finished(request, { writable: false });
}

interface Asked {
  readonly requestId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
}

/** On a HEAD the error travels in a header, since there is no body. */
function errorReply(thrown: unknown, asked: Asked): Reply {
  const error = thrown instanceof OssError ? thrown : new OssError('InternalError', String(thrown));
  const { Code, Message } = { Code: error.code, Message: error.message };
  const HostId = asked.headers.host ?? '';
  const reply = xmlReply({
    Error: { Code, Message, RequestId: asked.requestId, HostId, ...error.details },
  });
  const ec = error.details.EC;
  const headers = { ...reply.headers, ...(ec !== undefined && { 'x-oss-ec': ec }) };
  if (asked.method !== 'HEAD') return { ...reply, status: error.status, headers };
  const encoded = Buffer.from(String(reply.body)).toString('base64');
  return { status: error.status, headers: { ...headers, 'x-oss-err': encoded } };
}

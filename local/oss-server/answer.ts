import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { ADMIN_PATH, administer } from './admin/admin.ts';
import { ConnectionReset, resetConnection, strikeAfter, strikeBefore } from './admin/strike.ts';
import type { Switches } from './admin/switches.ts';
import { type Address, readAddresses, splitTarget } from './address.ts';
import { authenticate, type Keyring } from './authenticate.ts';
import type { Call } from './call.ts';
import { type CorsRules, corsHeaders, preflight } from './cors.ts';
import { type Asked, errorReply } from './error-reply.ts';
import { OssError } from './errors.ts';
import { createPublish, type OnEvent } from './events.ts';
import { createInvite, type Invite } from './invite.ts';
import { isKnownToOss } from './known-parameters.ts';
import type { Mirror } from './mirror.ts';
import { discardReply, type Reply, sendReply } from './reply.ts';
import { findRoute } from './router.ts';
import { postObject } from './routes/post-object.ts';
import type { ObjectStorage } from './storage.ts';
import { limitDownload, limitUpload, readTrafficLimit } from './traffic-limit.ts';

export interface Service {
  readonly store: ObjectStorage;
  readonly keyring: Keyring;
  readonly mirror: Mirror;
  readonly onEvent: OnEvent | undefined;
  readonly switches: Switches;
  /** Whoever has it may turn the switches; without one nobody may. */
  readonly adminToken: string | undefined;
}

/** Never rejects: a client that went away is nobody's failure, and one request must not end the server. */
export async function answer(service: Service, request: IncomingMessage, response: ServerResponse) {
  const { switches, adminToken } = service;
  if (adminToken !== undefined && request.url === ADMIN_PATH) {
    return await administer(switches, adminToken, request, response);
  }
  const started = Date.now();
  const requestId = randomBytes(12).toString('hex').toUpperCase();
  const asked = { requestId, headers: plainHeaders(request), method: request.method ?? '' };
  const invite = createInvite(request, response);
  const settled = await settle(service, request, { ...asked, invite });
  if (settled === 'reset') return resetConnection(request);
  const { reply, rules } = settled;
  try {
    const own = {
      server: 'AliyunOSS',
      date: new Date(switches.clock()).toUTCString(),
      'x-oss-request-id': requestId,
      'x-oss-server-time': String(Date.now() - started),
      ...corsHeaders(rules, asked.method, asked.headers),
    };
    const headers = { ...own, ...invite.refused(), ...reply.headers };
    await sendReply(response, { ...reply, headers }, () => drain(request, invite));
  } catch {
    discardReply(reply);
    response.destroy();
  }
}

interface Settled {
  readonly reply: Reply;
  /** Of the bucket that was meant, as far as that is known. */
  readonly rules: CorsRules | undefined;
}

async function settle(
  service: Service,
  request: IncomingMessage,
  asked: Asked & { invite: Invite },
): Promise<Settled | 'reset'> {
  let rules: CorsRules | undefined;
  try {
    const unsigned = readCall(service, request, asked);
    rules = corsRulesOf(unsigned);
    if (asked.method === 'OPTIONS') return { reply: preflight(rules, asked.headers), rules };
    const call = identify(unsigned);
    rules = corsRulesOf(call);
    asked.invite.now();
    const fault = service.switches.draw(call);
    const struck = await strikeBefore(call, fault);
    const reply = await carryOut(struck).catch(error => errorReply(error, asked));
    return { reply: await strikeAfter(reply, fault), rules };
  } catch (error) {
    if (error instanceof ConnectionReset) return 'reset';
    return { reply: errorReply(error, asked), rules };
  }
}

async function carryOut(call: Call): Promise<Reply> {
  if (isForm(call)) return await postObject(call);
  const route = findRoute(call);
  const limit = readTrafficLimit(call);
  return limitDownload(await route(limitUpload(call, limit)), limit);
}

function corsRulesOf({ store, address }: Call): CorsRules | undefined {
  return store.find(address.bucket)?.settings.get('cors');
}

interface UnsignedCall extends Call {
  /** All that host and path can mean, the likeliest first. */
  readonly addresses: Address[];
}

/** Of a sender not known yet, at the likeliest of the addresses. */
function readCall(service: Service, request: IncomingMessage, asked: Asked): UnsignedCall {
  const { store, keyring, mirror, switches } = service;
  const { clock } = switches;
  const restoreMs = switches.restoreMs();
  const { requestId, headers, method } = asked;
  const { path, query } = splitTarget(request.url ?? '/');
  const names = store.buckets().map(bucket => bucket.name);
  const addresses = readAddresses(headers.host ?? '', path, names);
  const from = request.socket.remoteAddress ?? '';
  const cause = { requestId, address: from, region: keyring.region, clock };
  const publish = createPublish(service.onEvent, cause);
  const address = addresses[0] ?? { bucket: '', key: '' };
  const call = { method, address, addresses, query, headers, body: request };
  return { ...call, store, keyring, publish, mirror, clock, restoreMs, requestId, from };
}

function identify(call: UnsignedCall): Call {
  if (isForm(call)) return call;
  const known = authenticate(call, call.addresses, call.keyring, call.clock());
  if (known) return { ...call, ...known };
  if (isPublic(call)) return call;
  throw new OssError('AccessDenied', 'Anonymous access is forbidden for this operation.');
}

/** Anybody may read an object whose ACL says so, and nothing else of it. */
function isPublic({ method, address, query, store }: Call): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const objects = store.find(address.bucket)?.objects;
  const found = objects?.get(address.key);
  const served = found?.target === undefined ? found : objects?.get(found.target);
  const isReadable = [found, served].every(object => object?.acl === 'public-read');
  return isReadable && !query.some(({ name }) => isKnownToOss(name));
}

/** A PostObject carries its signature inside. */
function isForm({ method, address, query, headers }: Call): boolean {
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
async function drain(request: IncomingMessage, invite: Invite): Promise<void> {
  if (request.readableEnded || invite.refused().connection !== undefined) return;
  request.resume();
  await finished(request, { writable: false });
}

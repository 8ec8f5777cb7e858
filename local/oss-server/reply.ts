import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeXml } from './xml.ts';

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
}

export function xmlReply(
  root: Record<string, unknown>,
  headers: Record<string, string> = {},
): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: writeXml(root),
  };
}

/**
 * `Date` is ours because Node caches its own, and clients send it back in If-Modified-Since. All of the answer is
 * out before `read` is awaited, and the answer ends after it: a client that is still sending hears it at once, and
 * its connection is not broken.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  read?: () => Promise<void>,
): Promise<void> {
  const { body, status } = reply;
  response.sendDate = false;
  response.writeHead(status, {
    date: new Date().toUTCString(),
    ...lengthOf(reply),
    ...reply.headers,
  });
  if (body !== undefined && typeof body !== 'string') return await pipeline(body, response);
  response.flushHeaders();
  if (body) response.write(body);
  await read?.();
  response.end();
}

/** A body that could not be sent holds a file open. */
export function discardReply({ body }: Reply): void {
  if (body !== undefined && typeof body !== 'string') body.destroy();
}

function lengthOf({ body, status }: Reply): Record<string, string> {
  if (status === 204 || status === 304 || (body !== undefined && typeof body !== 'string'))
    return {};
  return { 'content-length': String(Buffer.byteLength(body ?? '')) };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { type Call, param } from './call.ts';
import { invalidArgument } from './errors.ts';
import type { Reply } from './reply.ts';

/** https://www.alibabacloud.com/help/en/oss/user-guide/single-connection-bandwidth-throttling: in bit/s. */
const LEAST = 245_760;
const MOST = 838_860_800;
const TICK_MS = 100;

/** Bytes a second that the request asks for, as a header or in its query. */
export function readTrafficLimit(call: Call): number | undefined {
  const name = 'x-oss-traffic-limit';
  const text = call.headers[name] ?? (param(call, name) || undefined);
  return text === undefined ? undefined : toBytes(name, text);
}

export function toBytes(name: string, text: string): number {
  const bits = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (bits >= LEAST && bits <= MOST) return bits / 8;
  throw invalidArgument(name, text);
}

export function limitUpload(call: Call, limit: number | undefined): Call {
  if (limit === undefined) return call;
  const chunks = call.body.iterator({ destroyOnReturn: false });
  return { ...call, body: Readable.from(paced(chunks, limit)) };
}

export function limitDownload(reply: Reply, limit: number | undefined): Reply {
  const { body } = reply;
  if (limit === undefined || body === undefined || typeof body === 'string') return reply;
  const slow = Readable.from(paced(body.iterator(), limit));
  slow.once('close', () => body.destroy());
  return { ...reply, body: slow };
}

/** No faster than the limit on the whole, in steps of a tenth of a second. */
export async function* paced(chunks: AsyncIterable<Buffer>, limit: number) {
  const step = Math.ceil((limit * TICK_MS) / 1000);
  const started = Date.now();
  let sent = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += step) {
      const ahead = (sent / limit) * 1000 - (Date.now() - started);
      if (ahead > 0) await sleep(ahead);
      const piece = chunk.subarray(at, at + step);
      sent += piece.length;
      yield piece;
    }
  }
}

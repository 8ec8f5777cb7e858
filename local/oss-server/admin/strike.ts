import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../call.ts';
import { OssError } from '../errors.ts';
import { discardReply, type Reply } from '../reply.ts';
import type { FaultRule } from './fault-rules.ts';
import type { Fault } from './faults.ts';

/** The client is to see its connection reset, and no answer. */
export class ConnectionReset extends Error {}

/** What is sent of half a body has to get out before the connection ends. */
const FLUSH_MS = 50;

/** Before the request is carried out: throws, waits, or hands on a body that suffers. */
export async function strikeBefore(call: Call, fault: Fault | undefined): Promise<Call> {
  if (!fault || whenOf(fault.rule) !== 'before') return call;
  const { rule } = fault;
  if (rule.kind === 'slow') await silence(rule.ms);
  else if (rule.kind === 'error') throw toError(rule);
  else if (rule.kind === 'reset') throw new ConnectionReset();
  else {
    // Left alone when it is not read to its end: a destroyed request could not be answered.
    const chunks = call.body.iterator({ destroyOnReturn: false });
    return { ...call, body: Readable.from(suffering(chunks, lengthOf(call.headers), fault)) };
  }
  return call;
}

/** After it was carried out: the answer is lost, late, or its body suffers. */
export async function strikeAfter(reply: Reply, fault: Fault | undefined): Promise<Reply> {
  if (!fault || whenOf(fault.rule) !== 'after') return reply;
  const { rule } = fault;
  if (rule.kind === 'slow') await silence(rule.ms);
  else if (rule.kind === 'error' || rule.kind === 'reset') {
    discardReply(reply);
    throw rule.kind === 'error' ? toError(rule) : new ConnectionReset();
  } else return withBody(reply, fault);
  return reply;
}

function whenOf(rule: FaultRule): 'before' | 'after' {
  return rule.kind === 'short' ? 'after' : rule.when;
}

function toError({ code, status }: FaultRule & { kind: 'error' }): OssError {
  return new OssError(code, undefined, {}, { status });
}

/** A head without a body has nothing that could suffer; only its connection can end. */
function withBody(reply: Reply, fault: Fault): Reply {
  const { kind } = fault.rule;
  const body =
    typeof reply.body === 'string' ? Readable.from([Buffer.from(reply.body)]) : reply.body;
  const length =
    typeof reply.body === 'string' ? Buffer.byteLength(reply.body) : lengthOf(reply.headers);
  if (body === undefined || length === 0) {
    if (kind === 'cut') throw new ConnectionReset();
    fault.takeBack();
    return reply;
  }
  const said = kind === 'short' ? Math.floor(length / 2) : length;
  const headers = { ...reply.headers, 'content-length': String(said) };
  const suffered = Readable.from(suffering(body.iterator(), length, fault));
  // Also where it is never read: it holds a file open.
  suffered.once('close', () => body.destroy());
  return { ...reply, headers, body: suffered };
}

function lengthOf(headers: Reply['headers']): number {
  return Number(headers?.['content-length'] ?? 0);
}

/** `length` is 0 where nobody said it: then the very first byte suffers. */
async function* suffering(chunks: AsyncIterable<Buffer>, length: number, fault: Fault) {
  const { rule } = fault;
  const isCorrupt = rule.kind === 'corrupt';
  const target = Math.floor(length * portionOf(fault));
  let at = 0;
  for await (const chunk of chunks) {
    const inside = target - at;
    at += chunk.length;
    const isHit = inside >= 0 && inside < chunk.length;
    if (isHit && !isCorrupt) {
      yield chunk.subarray(0, inside);
      if (!(await goesOn(rule))) return;
      yield chunk.subarray(inside);
    } else yield isHit ? flipped(chunk, inside) : chunk;
  }
}

/** Everything but a wrong byte happens in the middle. */
function portionOf({ rule, spot }: Fault): number {
  return rule.kind === 'corrupt' ? spot : 0.5;
}

async function goesOn(rule: FaultRule): Promise<boolean> {
  if (rule.kind === 'cut') await endConnection();
  if (rule.kind === 'stall') await silence(rule.ms);
  return rule.kind !== 'short';
}

/** Keeps no process alive. */
async function silence(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false });
}

async function endConnection(): Promise<never> {
  await sleep(FLUSH_MS);
  throw new ConnectionReset();
}

function flipped(chunk: Buffer, at: number): Buffer {
  const bytes = Buffer.from(chunk);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
}

/** So that the client sees a reset, not an end. */
export function resetConnection({ socket }: IncomingMessage): void {
  socket.resetAndDestroy();
}

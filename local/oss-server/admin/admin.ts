import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { orders, type Switches } from './switches.ts';

/** No bucket's name can be `-`. */
export const ADMIN_PATH = '/-/admin';

const MAX_BYTES = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Answers whoever knows the token: PUT turns switches, GET tells how they stand. */
export async function administer(
  switches: Switches,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { status, body } = await answerTo(switches, token, request);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(`${JSON.stringify(body)}\n`);
  } catch {
    // Whoever asked has left.
    response.destroy();
  }
}

async function answerTo(
  switches: Switches,
  token: string,
  request: IncomingMessage,
): Promise<Answer> {
  const { method, headers } = request;
  if (!isToken(headers.authorization, token)) {
    return refusal(403, 'expected the token of the data folder as Authorization: Bearer');
  }
  if (method === 'GET') return { status: 200, body: switches.tell() };
  if (method !== 'PUT') return refusal(405, `expected GET or PUT, received ${method}`);
  const text = await readText(request);
  if (text === undefined) return refusal(413, `expected ${MAX_BYTES} bytes at most`);
  const parsed = orders.safeParse(parse(text));
  if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
  switches.obey(parsed.data);
  return { status: 200, body: switches.tell() };
}

function isToken(authorization: string | undefined, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What is no JSON is refused as any other wrong order. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refusal(status: number, message: string): Answer {
  return { status, body: { message } };
}

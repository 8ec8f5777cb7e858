import { addAbortSignal, type Readable } from 'node:stream';
import type { OriginalObject } from '../../core/set/manifest.ts';
import type { StoredObject } from '../../ports.ts';
import { bodyOf, unlike } from './body.ts';
import { crc64Of } from './crc64.ts';
import { failureFrom } from './failures.ts';
import { saidOf } from './object-facts.ts';
import type { Asked } from './presence.ts';

/** Bytes as they are stored: what Content-Encoding says of them is the uploader's word, and ali-oss decodes no stream. */

export async function readWhole(asked: Asked): Promise<StoredObject> {
  return await bodyFrom(await open(asked, {}), asked);
}

export async function readUnless(asked: Asked, etag: string): Promise<StoredObject | 'unchanged'> {
  const opened = await open(asked, { 'If-None-Match': `"${etag}"` });
  return opened.status === 304 ? 'unchanged' : await bodyFrom(opened, asked);
}

export async function readExactly(
  asked: Asked,
  object: OriginalObject,
  refuse?: Refuse,
): Promise<Buffer | 'changed'> {
  const opened = await openIf(asked, object.etag);
  if (opened === 'changed') return opened;
  const said = saidOf(asked.what, opened.headers);
  if (opened.status === 200 && said.etag !== object.etag) return 'changed';
  const look = refuse && object.bytes > LITTLE ? refusingTwice(asked, object, refuse) : undefined;
  const { bytes } = await bodyFrom(opened, asked, { object, look });
  return bytes;
}

type Refuse = (head: Buffer) => void;

/** What a refusal is shown; more may have come by then. */
const HEAD_BYTES = 4096;
/** Read whole and compared with its CRC-64, which costs no more than asking twice. */
const LITTLE = 1e6;

/**
 * No CRC-64 is known of the first bytes alone, and what is refused is refused for good: they are asked for once more. If
 * others come, one of the answers was another object's.
 */
function refusingTwice(asked: Asked, object: OriginalObject, refuse: Refuse) {
  return async (head: Buffer): Promise<void> => {
    try {
      refuse(head);
    } catch (refusal) {
      if ((await firstBytes(asked, object)).equals(head)) throw refusal;
      throw unlike(asked.what, 'the same first bytes', 'once more', 'others');
    }
  };
}

async function firstBytes(asked: Asked, { etag, bytes }: OriginalObject): Promise<Buffer> {
  const { what, attempt } = asked;
  const opened = await openIf(asked, etag, { Range: `bytes=0-${HEAD_BYTES - 1}` });
  if (opened === 'changed') throw unlike(what, 'ETag', etag, 'another');
  const { status, headers, stream } = opened;
  const said = saidOf(what, headers);
  if (said.etag !== etag) throw unlike(what, 'ETag', etag, said.etag);
  const expected = { what, bytes: status === 206 ? HEAD_BYTES : bytes };
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of bodyOf(stream, { ...expected, silenceMs: attempt.timeout / 3 })) {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= HEAD_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
}

interface Opened {
  status: number;
  headers: object;
  stream: Readable;
}

async function open({ client, key, attempt }: Asked, headers: object): Promise<Opened> {
  const { timeout, signal } = attempt;
  const { stream, res } = await client.getStream(key, { timeout, headers });
  addAbortSignal(signal, stream);
  return { status: res.status, headers: res.headers, stream };
}

async function openIf(
  asked: Asked,
  etag: string,
  headers: object = {},
): Promise<Opened | 'changed'> {
  try {
    return await open(asked, { 'If-Match': `"${etag}"`, ...headers });
  } catch (cause) {
    if (failureFrom(asked.what, cause).facts.status === 412) return 'changed';
    throw cause;
  }
}

async function bodyFrom(
  { status, headers, stream }: Opened,
  { what, attempt }: Asked,
  { object, look }: { object?: OriginalObject; look?: Look | undefined } = {},
): Promise<StoredObject> {
  if (status !== 200) throw unlike(what, 'status', 200, status);
  const said = saidOf(what, headers);
  const bytes = object?.bytes ?? said.bytes;
  if (said.bytes !== undefined && said.bytes !== bytes)
    throw unlike(what, 'bytes', bytes, said.bytes);
  const expected = { what, bytes, silenceMs: attempt.timeout / 3 };
  const chunks = await chunksOf(bodyOf(stream, expected), look);
  await compare(what, chunks, [said.crc64, object?.crc64]);
  return { etag: said.etag, bytes: Buffer.concat(chunks) };
}

type Look = (head: Buffer) => Promise<void>;

async function chunksOf(body: AsyncIterable<Buffer>, look?: Look): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let [unseen, bytes] = [look, 0];
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < HEAD_BYTES) continue;
    await unseen?.(Buffer.concat(chunks).subarray(0, HEAD_BYTES));
    unseen = undefined;
  }
  return chunks;
}

async function compare(what: string, chunks: Buffer[], said: (string | undefined)[]) {
  const told = said.filter(crc64 => crc64 !== undefined);
  const received = told.length > 0 ? await crc64Of(chunks) : undefined;
  const wrong = told.find(crc64 => crc64 !== received);
  if (wrong !== undefined) throw unlike(what, 'CRC-64', wrong, received);
}

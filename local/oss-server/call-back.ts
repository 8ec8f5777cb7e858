import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { Call } from './call.ts';
import { type Callback, expandBody } from './callback.ts';
import { OssError } from './errors.ts';
import { imageInfo } from './image-info.ts';
import type { Reply } from './reply.ts';
import type { BucketStorage, StoredObject } from './storage.ts';

const PATIENCE_MS = 5000;
const MAX_ANSWER_BYTES = 1024 * 1024;

interface Uploaded {
  readonly bucket: BucketStorage;
  readonly object: StoredObject;
  readonly operation: 'PutObject' | 'PostObject' | 'CompleteMultipartUpload';
}

/**
 * What the application answers is the answer to the upload. Where it does not, the object is stored all the same,
 * and the uploader hears 203 CallbackFailed. Real OSS signs what it sends; that cannot be done here.
 */
export async function callBack(
  call: Call,
  callback: Callback | undefined,
  uploaded: Uploaded,
  reply: Reply,
): Promise<Reply> {
  if (!callback) return reply;
  const body = expandBody(callback, await factsOf(call, callback, uploaded));
  let failure = new OssError('CallbackFailed');
  for (const url of callback.urls) {
    try {
      const answer = await post(url, callback, { body, headers: headersOf(call, uploaded) });
      const headers = { ...reply.headers, 'content-type': 'application/json' };
      return { status: 200, headers, body: answer };
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      failure = new OssError(
        'CallbackFailed',
        message,
        { EC: '0007-00000203' },
        { headers: storedOf(reply) },
      );
    }
  }
  throw failure;
}

function storedOf({ headers = {} }: Reply): Record<string, string> {
  const { 'content-type': _, 'content-length': __, ...stored } = headers;
  return stored;
}

async function factsOf(call: Call, callback: Callback, { bucket, object, operation }: Uploaded) {
  const { key, size, etag, crc64, headers } = object;
  const asksForImage = callback.body.includes('${imageInfo.');
  return {
    bucket: bucket.name,
    object: key,
    etag,
    size,
    mimeType: headers['content-type'] ?? 'application/octet-stream',
    crc64,
    contentMd5: object.type === 'Normal' ? Buffer.from(etag, 'hex').toString('base64') : '',
    clientIp: call.from,
    reqId: call.requestId,
    operation,
    ...(asksForImage && (await imageInfo(bucket, object))),
  };
}

function headersOf(call: Call, { bucket }: Uploaded): Record<string, string> {
  return {
    'user-agent': 'aliyun-oss-callback',
    'x-oss-bucket': bucket.name,
    'x-oss-request-id': call.requestId,
    'x-oss-tag': 'CALLBACK',
  };
}

async function post(
  url: URL,
  { type, host }: Callback,
  sent: { body: string; headers: Record<string, string> },
): Promise<string> {
  const headers = {
    ...sent.headers,
    'content-type': type,
    'content-length': String(Buffer.byteLength(sent.body)),
    ...(host !== undefined && { host }),
  };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await request(url, { headers, signal, method: 'POST' }, sent.body);
  const answer = await readAnswer(response);
  if (response.statusCode !== 200) throw new Error(`Error status : ${response.statusCode}.`);
  return checkedJson(answer);
}

function request(url: URL, options: http.RequestOptions, body: string) {
  const { request: open } = url.protocol === 'https:' ? https : http;
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    open(url, options, resolve)
      .on('error', ({ message }) => reject(new Error(`Error status : -1. ${url.href}: ${message}`)))
      .end(body);
  });
}

async function readAnswer(response: http.IncomingMessage): Promise<string> {
  async function* limited() {
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new Error('Response body is too long.');
      yield chunk;
    }
  }
  return String(await buffer(limited()));
}

function checkedJson(answer: string): string {
  try {
    JSON.parse(answer);
    return answer;
  } catch {
    throw new Error('Response body is not valid json format.');
  }
}

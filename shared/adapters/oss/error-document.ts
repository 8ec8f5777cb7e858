import { addAbortSignal, Readable } from 'node:stream';

/** What urllib hands ali-oss of an answer; `res` is the stream where a stream was asked for. */
export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  data: Buffer | null;
  res: unknown;
}

/** Far more than OSS has to say about a failure. */
const MAX_BYTES = 64 * 1024;
const PATIENCE_MS = 5_000;

/** The `<Error>` document, wherever it is: of a HEAD, which has no body, it is in a header. Empty where there is none. */
export async function documentOf({ data, headers, res }: Answer): Promise<Buffer> {
  if (data && data.length > 0) return data;
  const inHeader = headers['x-oss-err'];
  if (inHeader) return Buffer.from(inHeader, 'base64');
  return res instanceof Readable ? await readDocument(res) : Buffer.alloc(0);
}

/** One that is cut, too long or too slow to come says nothing, and then the status has to do. */
async function readDocument(body: Readable): Promise<Buffer> {
  addAbortSignal(AbortSignal.timeout(PATIENCE_MS), body);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES) return Buffer.alloc(0);
    }
    return Buffer.concat(chunks);
  } catch {
    return Buffer.alloc(0);
  }
}

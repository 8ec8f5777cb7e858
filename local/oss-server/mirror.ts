import type { IncomingMessage } from 'node:http';
import { OssError } from './errors.ts';
import { normalObject, representationOf } from './new-object.ts';
import { askOrigin, isRedirect, type Missed, mirrorFailed } from './origin.ts';
import type { Reply } from './reply.ts';
import type { BucketStorage, StoredObject } from './storage.ts';
import { type MirrorRule, mirrorRuleFor } from './website.ts';

/** What a miss came to: the object is in the bucket now, or the origin's redirect goes on to the client. */
export type Mirrored = { readonly kind: 'stored' } | { readonly kind: 'redirect'; reply: Reply };

export interface Mirror {
  /**
   * Undefined where no rule has the key. Throws NoSuchKey when the origin answers 404, MirrorFailed when it
   * answers anything but 200, or nothing whole within 10 seconds.
   */
  fetch(bucket: BucketStorage, missed: Missed): Promise<Mirrored | undefined>;
  /** Breaks off what is under way; nothing of it is kept. */
  close(): void;
}

/** https://www.alibabacloud.com/help/doc-detail/31865.htm: the timeout of a mirroring request. */
const PATIENCE_MS = 10_000;

/** Requests for one key at one time ask its origin once. */
export function createMirror(): Mirror {
  const closing = new AbortController();
  const fetching = new Map<string, Promise<Mirrored>>();
  return {
    async fetch(bucket, missed) {
      const rule = mirrorRuleFor(bucket.settings.get('website'), missed.key);
      if (!rule) return undefined;
      const name = `${bucket.name}/${missed.key}`;
      const under =
        fetching.get(name) ??
        fetchInto(bucket, missed, rule, closing.signal).finally(() => fetching.delete(name));
      fetching.set(name, under);
      return await under;
    },
    close: () => closing.abort(new Error('the server is closing')),
  };
}

async function fetchInto(
  bucket: BucketStorage,
  missed: Missed,
  rule: MirrorRule,
  closing: AbortSignal,
): Promise<Mirrored> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(PATIENCE_MS)]);
  const response = await askOrigin(missed, rule, signal);
  const status = response.statusCode ?? 0;
  if (status === 200) return await store(bucket, missed.key, rule, response);
  response.destroy();
  if (isRedirect(response)) {
    const location = response.headers.location ?? '';
    return { kind: 'redirect', reply: { status, headers: { location } } };
  }
  if (status === 404) throw new OssError('NoSuchKey', undefined, { Key: missed.key });
  throw mirrorFailed(rule.MirrorURL, new Error(`expected 200 or 404, received ${status}`));
}

/** An upload that came in meanwhile stays. No event tells of a mirrored object: there is none in OSS's list. */
async function store(
  bucket: BucketStorage,
  key: string,
  rule: MirrorRule,
  response: IncomingMessage,
): Promise<Mirrored> {
  const blob = await bucket.receive(bodyOf(response, rule));
  const headers = representationOf(response.headers);
  try {
    await bucket.commit(normalObject(key, blob, headers), refuseSecond);
  } catch (error) {
    if (!(error instanceof OssError && error.code === 'FileAlreadyExists')) throw error;
  }
  return { kind: 'stored' };
}

function refuseSecond(previous: StoredObject | undefined): void {
  if (previous) throw new OssError('FileAlreadyExists');
}

/** Tells a body that breaks off from a disk that does not take it. */
async function* bodyOf(response: IncomingMessage, { MirrorURL }: MirrorRule) {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (cause) {
    throw mirrorFailed(MirrorURL, cause);
  }
}

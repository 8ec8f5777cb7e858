import type { Focus } from '../../core/picture/focus.ts';
import { askingIn } from './asking.ts';
import type { OssConnection } from './client.ts';

/**
 * Says what an original is about, as its uploader may: OSS changes metadata by copying an object onto itself, which keeps
 * its bytes and all else that was said. Answers false where there is no such object.
 */
export function ossFocus(bucket: string, connection: OssConnection) {
  const { client, call, look } = askingIn(bucket, connection);
  return async (key: string, { x, y }: Focus): Promise<boolean> => {
    const head = await look('HEAD', key, ({ attempt: { timeout } }) =>
      client.head(key, { timeout }),
    );
    if (!head) return false;
    const etag = String((head.res.headers as Record<string, unknown>).etag);
    const meta = { ...(head.meta as object), focus: `${x / 1000},${y / 1000}` };
    await call(`COPY ${key} onto itself`, ({ timeout }) =>
      client.copy(key, key, { meta, headers: { 'If-Match': etag }, timeout } as never),
    );
    return true;
  };
}

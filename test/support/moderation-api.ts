import { createServer, type RequestListener } from 'node:http';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { startModerationApi } from '../../local/moderation-api.ts';
import { listenOnLoopback } from '../../local/oss-server/listen.ts';

export const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };
export const REGION = 'cn-hangzhou';
export const BUCKET = 'config';

/** Plain, by which the local service knows what to say of it. */
export async function plain(colour: string): Promise<Buffer> {
  return await sharp({ create: { width: 64, height: 48, channels: 3, background: colour } })
    .jpeg()
    .toBuffer();
}

/** The local service until the test ends, that reads what `objects` has for a bucket that is there. */
export async function moderationApi(objects: Record<string, Buffer>) {
  const api = await startModerationApi({
    port: 0,
    credentials: [key],
    region: REGION,
    read: async (bucket, name) => (bucket === BUCKET ? objects[name] : undefined),
  });
  onTestFinished(() => api.close());
  return api;
}

/** Something in the place of the service. */
export async function inItsPlace(listener: RequestListener) {
  let requests = 0;
  const { port, close } = await listenOnLoopback(
    () =>
      createServer((request, response) => {
        requests += 1;
        listener(request, response);
      }),
    0,
  );
  onTestFinished(close);
  return { endpoint: `http://127.0.0.1:${port}`, requests: () => requests };
}

import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { startModerationApi } from '../../local/moderation-api.ts';

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

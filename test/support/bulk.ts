import { join } from 'node:path';
import sharp from 'sharp';
import { startOssServer } from '../../local/oss-server/server.ts';
import { ossStore } from '../../shared/adapters/oss/store.ts';
import { credentials } from './local-oss.ts';

/** Puts small originals into a platform's folder before it starts, so that no event tells of them. */
export async function putOriginals(dataDir: string, count: number): Promise<string[]> {
  const server = await startOssServer({
    dataDir: join(dataDir, 'oss'),
    port: 0,
    region: 'oss-cn-hangzhou',
    credentials: [credentials],
    buckets: ['originals', 'derivatives', 'config'],
  });
  const store = ossStore('originals', {
    region: 'oss-cn-hangzhou',
    endpoint: server.endpoint,
    pathStyle: true,
    credentials,
  });
  const photo = await sharp({
    create: { width: 64, height: 48, channels: 3, background: '#884422' },
  })
    .jpeg()
    .toBuffer();
  const keys = Array.from(
    { length: count },
    (_, index) => `p/${String(index).padStart(8, '0')}.jpg`,
  );
  const attributes = { contentType: 'image/jpeg', cacheControl: 'no-cache' };
  // Bytes after the end of a JPEG change its ETag and nothing else.
  const put = (key: string) => store.put(key, Buffer.concat([photo, Buffer.from(key)]), attributes);
  const waiting = [...keys];
  const lane = async () => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) await put(key);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  await server.close();
  return keys;
}

/** Two small files of each original. */
export const TINY = `
version: 1
approveAbove: { originals: 1000000, usd: 1000 }
rules: [{ match: '**', presets: [tiny, small] }]
presets:
  - { name: tiny, widths: [16], formats: { jpeg: {} } }
  - { name: small, widths: [32], formats: { jpeg: {} } }
`;

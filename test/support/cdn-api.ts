import { onTestFinished } from 'vitest';
import { startCdnApi } from '../../local/cdn-api.ts';

export const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };
export const DOMAIN = 'http://localhost:7071';

/** The local CDN's API until the test ends, over no CDN: what it was asked to purge is noted. */
export async function cdnApi(quota: { urls: number; directories: number }) {
  const purged: [string, string[]][] = [];
  const { endpoint, close } = await startCdnApi({
    accountId: '1',
    port: 0,
    cdn: { endpoint: DOMAIN, purge: (what, paths) => purged.push([what, paths]) },
    credentials: [key],
    quota,
  });
  onTestFinished(() => close());
  return { purged, endpoint };
}

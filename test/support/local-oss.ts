import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OssServer, startOssServer } from '../../local/oss-server/server.ts';
import type { OssConnection } from '../../shared/adapters/oss/client.ts';

export const credentials = { accessKeyId: 'LOCALTEST', accessKeySecret: 'secret-of-the-tests' };

/** A real server with empty buckets; `close` removes its data. */
export async function localOss(
  buckets: string[],
): Promise<OssServer & { connection: OssConnection }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-oss-'));
  const region = 'oss-cn-hangzhou';
  const server = await startOssServer({
    dataDir,
    port: 0,
    region,
    credentials: [credentials],
    buckets,
  });
  return {
    ...server,
    connection: { region, endpoint: server.endpoint, pathStyle: true, credentials },
    close: async () => {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

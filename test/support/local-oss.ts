import { type OssServer, startOssServer } from '../../local/oss-server/server.ts';
import type { OssConnection } from '../../shared/adapters/oss/client.ts';
import { newFolder } from './folders.ts';

export const credentials = { accessKeyId: 'LOCALTEST', accessKeySecret: 'secret-of-the-tests' };

/** A real server with empty buckets. */
export async function localOss(
  buckets: string[],
): Promise<OssServer & { connection: OssConnection }> {
  const region = 'oss-cn-hangzhou';
  const server = await startOssServer({
    dataDir: newFolder(),
    port: 0,
    region,
    credentials: [credentials],
    buckets,
  });
  return {
    ...server,
    connection: { region, endpoint: server.endpoint, pathStyle: true, credentials },
  };
}

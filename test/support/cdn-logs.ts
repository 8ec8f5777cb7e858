import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Logs as Alibaba's CDN writes them, and inventories as OSS does, both on disk. */

export interface Request {
  time?: string;
  url: string;
  method?: string;
  status?: number;
  bytes?: number;
  cache?: 'HIT' | 'MISS';
  referer?: string;
  userAgent?: string;
}

export const HOST = 'http://cdn.example.com';

export function logLineOf({
  time = '9/Nov/2026:01:58:09 +0800',
  url,
  method = 'GET',
  status = 200,
  bytes = 2830,
  cache = 'HIT',
  referer = '-',
  userAgent = 'okhttp/4.12.0',
}: Request): string {
  return `[${time}] 192.168.15.75 - 1542 "${referer}" "${method} ${url}" ${status} 191 ${bytes} ${cache} "${userAgent}" "image/webp"`;
}

export function urlOf(original: string, file: string, version = '0123456789'): string {
  const key = `${original}/${version}/${file}`;
  return `${HOST}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

export interface Row {
  key: string;
  bytes?: number;
  modified: string;
}

/** Answers the path of its `manifest.json`. */
export function inventoryIn(folder: string, rows: Row[], { bucket = 'derivatives', at = '' } = {}) {
  mkdirSync(join(folder, 'data'), { recursive: true });
  const lines = rows.map(
    ({ key, bytes = 1000, modified }) =>
      `"${bucket}","${encodeURIComponent(key)}","${bytes}","${modified}"`,
  );
  const gzip = gzipSync(`${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'data', 'one.csv.gz'), gzip);
  const manifest = {
    sourceBucket: bucket,
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, Size, LastModifiedDate',
    files: [
      {
        key: 'data/one.csv.gz',
        MD5checksum: createHash('md5').update(gzip).digest('hex').toUpperCase(),
      },
    ],
    ...(at ? { creationTimestamp: String(new Date(at).getTime() / 1000) } : {}),
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return join(folder, 'manifest.json');
}

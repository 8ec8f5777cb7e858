import { invalidArgument, OssError } from './errors.ts';

/** An empty bucket means the service, an empty key the bucket itself. */
export interface Address {
  readonly bucket: string;
  readonly key: string;
}

export interface QueryItem {
  readonly name: string;
  readonly value: string;
}

/** Never `new URL`: it folds `a/../b` into `b`, and a key may hold just that. */
export function splitTarget(target: string): { path: string; query: QueryItem[] } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, query: [] };
  const items = target.slice(mark + 1).split('&');
  return { path: target.slice(0, mark), query: items.filter(item => item !== '').map(readItem) };
}

function readItem(item: string): QueryItem {
  const mark = item.indexOf('=');
  if (mark < 0) return { name: decodeQuery(item), value: '' };
  return { name: decodeQuery(item.slice(0, mark)), value: decodeQuery(item.slice(mark + 1)) };
}

/** In a query a plus is a blank; in a path it is a plus. */
function decodeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidArgument('query', text, 'The query is not percent-encoded UTF-8.');
  }
}

export function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new OssError('InvalidObjectName', 'The object name is not percent-encoded UTF-8.');
  }
}

/**
 * What host and path can mean, likeliest first: ali-oss sends a bucket in the path, in the host, in both
 * (an IP as endpoint with sldEnable) or only in the signature (cname). The signature decides between them.
 */
export function readAddresses(host: string, path: string, buckets: readonly string[]): Address[] {
  const inPath = readPathStyle(path);
  const named = bucketInHost(host);
  const key = decodeKey(path.slice(1));
  if (named !== undefined && named !== '') return [{ bucket: named, key }, inPath];
  return [inPath, ...buckets.map(bucket => ({ bucket, key }))];
}

function readPathStyle(path: string): Address {
  const end = path.indexOf('/', 1);
  if (end < 0) return { bucket: decodeKey(path.slice(1)), key: '' };
  return { bucket: decodeKey(path.slice(1, end)), key: decodeKey(path.slice(end + 1)) };
}

function bucketInHost(host: string): string | undefined {
  const match = /^(.*?)\.(?:localhost|oss-[a-z0-9-]+\.aliyuncs\.com)(?::\d+)?$/i.exec(host);
  return match?.[1];
}

/** https://help.aliyun.com/zh/oss/user-guide/object-naming-conventions */
export function checkKey(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes < 1 || bytes > 1023 || key.startsWith('/') || key.startsWith('\\')) {
    throw new OssError('InvalidObjectName', undefined, { ObjectName: key });
  }
}

export function checkBucketName(name: string): void {
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) {
    throw new OssError('InvalidBucketName', undefined, { BucketName: name });
  }
}

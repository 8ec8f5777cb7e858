import type { Reply } from './reply.ts';

type Headers = Readonly<Record<string, string>>;

const EXPOSED =
  'ETag, Content-Length, Content-Range, x-oss-request-id, x-oss-hash-crc64ecma, x-oss-object-type';

/** Any page may upload here, unlike in the cloud, where each bucket names its origins. */
export function corsHeaders(headers: Headers): Record<string, string> {
  if (headers.origin === undefined) return {};
  return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
}

export function preflight(headers: Headers): Reply {
  return {
    status: 200,
    headers: {
      'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '*',
      'access-control-max-age': '600',
    },
  };
}

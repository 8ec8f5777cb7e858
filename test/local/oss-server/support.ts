import { createHash, createHmac } from 'node:crypto';
import dns from 'node:dns';
import http from 'node:http';
import type { LookupFunction } from 'node:net';
import OSS from 'ali-oss';
import { onTestFinished } from 'vitest';
import type { OssRecord } from '../../../events/oss-event.ts';
import {
  type OssServer,
  type OssServerOptions,
  startOssServer,
} from '../../../local/oss-server/server.ts';
import { newFolder } from '../../support/folders.ts';

export const BUCKET = 'originals';
export const KEYS = { accessKeyId: 'local-key', accessKeySecret: 'local-secret' };

/** Options of ali-oss that its types lack. */
type Options = OSS.Options & { sldEnable?: boolean; agent?: http.Agent; authorizationV4?: boolean };

/** A server of the test's own, gone when it ends. */
export async function start(
  options: Partial<OssServerOptions> = {},
): Promise<OssServer & { records: OssRecord[]; dataDir: string }> {
  const records: OssRecord[] = [];
  const dataDir = options.dataDir ?? newFolder();
  const server = await startOssServer({
    port: 0,
    region: 'oss-cn-hangzhou',
    credentials: [KEYS],
    buckets: [BUCKET],
    onEvent: async record => void records.push(record),
    ...options,
    dataDir,
  });
  onTestFinished(() => server.close());
  return { ...server, records, dataDir };
}

export function pathStyle(server: OssServer, more: Partial<Options> = {}): OSS {
  const options: Options = {
    ...KEYS,
    region: 'oss-cn-hangzhou',
    endpoint: server.endpoint,
    bucket: BUCKET,
    sldEnable: true,
    ...more,
  };
  return new OSS(options);
}

const toLoopback: LookupFunction = (_host, options, callback) =>
  dns.lookup('127.0.0.1', options, callback);

/** `originals.localhost`, which Debian does not resolve. */
function virtualHost(server: OssServer, more: Partial<Options> = {}): OSS {
  const agent = new http.Agent({ lookup: toLoopback } as http.AgentOptions);
  return pathStyle(server, { sldEnable: false, agent, ...more });
}

export const clients = [
  ['path style, V1', (server: OssServer) => pathStyle(server)],
  ['path style, V4', (server: OssServer) => pathStyle(server, { authorizationV4: true })],
  ['virtual host, V1', (server: OssServer) => virtualHost(server)],
  ['virtual host, V4', (server: OssServer) => virtualHost(server, { authorizationV4: true })],
] as const;

/** What @types/ali-oss lacks. */
interface Tagging {
  getObjectTagging(name: string): Promise<{ tag: Record<string, string> }>;
  putObjectTagging(name: string, tag: Record<string, string>): Promise<unknown>;
  deleteObjectTagging(name: string): Promise<unknown>;
}

export const tagging = (client: OSS) => client as OSS & Tagging;

interface Raw {
  method: string;
  /** As in `/originals/key?acl`, not yet encoded for V1's resource: keep to ASCII. */
  target: string;
  headers?: Record<string, string>;
  body?: string | Buffer | FormData | ReadableStream | undefined;
  /** Subresources as V1 signs them, with the question mark. */
  subresources?: string;
}

/** A V1 request by hand, for what ali-oss will not send. */
export async function send(server: OssServer, raw: Raw): Promise<Response> {
  const headers: Record<string, string> = {
    'x-oss-date': new Date().toUTCString(),
    ...raw.headers,
  };
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const ossHeaders = Object.keys(lower)
    .filter(name => name.startsWith('x-oss-'))
    .sort()
    .map(name => `${name}:${lower[name]}\n`);
  const path = decodeURIComponent(raw.target.split('?')[0] ?? '');
  const resource = (path === `/${BUCKET}` ? `${path}/` : path) + (raw.subresources ?? '');
  const head = [
    raw.method,
    lower['content-md5'] ?? '',
    lower['content-type'] ?? '',
    lower['x-oss-date'],
  ];
  const text = `${head.join('\n')}\n${ossHeaders.join('')}${resource}`;
  const signature = createHmac('sha1', KEYS.accessKeySecret).update(text).digest('base64');
  return fetch(server.endpoint + raw.target, {
    method: raw.method,
    headers: { ...headers, authorization: `OSS ${KEYS.accessKeyId}:${signature}` },
    // As bytes: fetch gives a text a Content-Type of its own, which is signed then.
    body: typeof raw.body === 'string' ? Buffer.from(raw.body) : raw.body,
    duplex: 'half',
  } as RequestInit);
}

export function md5(content: string | Buffer): string {
  return createHash('md5').update(content).digest('base64');
}

export function codeOf(xml: string): string | undefined {
  return /<Code>(.*?)<\/Code>/.exec(xml)?.[1];
}

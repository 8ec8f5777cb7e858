import { createServer } from 'node:http';
import { createSwitches } from './admin/switches.ts';
import { answer, type Service } from './answer.ts';
import type { Credential } from './authenticate.ts';
import type { OnEvent } from './events.ts';
import { type Expired, expire } from './expire.ts';
import { listenOnLoopback } from './listen.ts';
import { createMirror } from './mirror.ts';
import { type ObjectStorage, openStorage } from './storage.ts';

export interface OssServerOptions {
  dataDir: string;
  /** 0 takes any that is free. */
  port: number;
  /** `oss-cn-hangzhou` */
  region: string;
  /** Any of them is accepted. */
  credentials: Credential[];
  /** Created at start when missing. */
  buckets: string[];
  /** Awaited before the request that caused it is answered: an event is durable when the client hears 200. */
  onEvent?: OnEvent;
  /** Whoever has it may inject faults: PUT and GET of `/-/admin`. Without one nobody may. */
  adminToken?: string | undefined;
}

export interface OssServer {
  /** `http://localhost:PORT`: ali-oss cannot sign URLs for an IP. */
  endpoint: string;
  port: number;
  store: ObjectStorage;
  /** Carries out the lifecycle rules of all buckets as of `now`, in milliseconds. */
  expire(now: number): Promise<Expired[]>;
  close(): Promise<void>;
}

export const whatItIs = [
  'A local stand-in for Alibaba Cloud OSS, for development and tests only: it listens on this machine alone,',
  'promises no durability. It verifies every signature (V1 and V4), allows a role what its policy allows, and keeps',
  'objects, multipart uploads, form uploads, appends, links, copies and listings as the cloud does, with their tags,',
  'ACLs and storage classes; it calls back, on this machine, and obeys CORS, lifecycle and mirroring rules. It lacks',
  'versioning, public buckets, image processing, websites and the rest, and answers those with 501 NotImplemented.',
  'Encryption is told, not done. Without CORS rules a bucket is open to every page.',
].join(' ');

/** Keys as long as 1,023 CJK bytes are three times that in a URL, and V4 URLs add their own. */
const MAX_HEADER_BYTES = 64 * 1024;

export async function startOssServer(options: OssServerOptions): Promise<OssServer> {
  const switches = createSwitches();
  const { clock, checkKey } = switches;
  const store = openStorage(options.dataDir, clock);
  for (const bucket of options.buckets) store.create(bucket);
  const mirror = createMirror();
  const region = options.region.replace(/^oss-/, '');
  const keyring = { credentials: options.credentials, region, checkKey };
  const { onEvent, adminToken } = options;
  const { port, close } = await listenOnLoopback(
    () => createHttp({ store, keyring, mirror, onEvent, switches, adminToken }),
    options.port,
  );
  return {
    endpoint: `http://localhost:${port}`,
    port,
    store,
    expire: now => expire(store, now),
    close: async () => {
      mirror.close();
      await close();
    },
  };
}

/**
 * The lenient parser is for ali-oss, which sends Content-Length and chunks at once for streams; on the loopback
 * nobody can smuggle a request through it. Uploads may take as long as they like.
 */
function createHttp(service: Service) {
  const server = createServer({
    insecureHTTPParser: true,
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: 0,
    keepAliveTimeout: 60_000,
  });
  server.on('request', (request, response) => void answer(service, request, response));
  server.on('checkContinue', (request, response) => void answer(service, request, response));
  return server;
}

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { authenticate, readSigned, UNPROVEN } from './acs3.ts';
import type { Cdn } from './cdn.ts';
import type { Credential } from './oss-server/authenticate.ts';
import { listenOnLoopback } from './oss-server/listen.ts';

/** The API of Alibaba's CDN, 2018-05-10, as much of it as purges: every other action is refused as an unknown one is. */

export interface CdnApiOptions {
  /** 0 takes any that is free. */
  port: number;
  /** Neither action of a purge knows a smaller resource than the whole of an account. */
  accountId: string;
  cdn: Pick<Cdn, 'endpoint' | 'purge'>;
  /** Any of them is accepted. */
  credentials: Credential[];
  /** For each day of China. */
  quota?: { urls: number; directories: number };
}

export interface CdnApi {
  endpoint: string;
  close(): Promise<void>;
}

interface State extends Required<CdnApiOptions> {
  spent: { day: string; urls: number; directories: number };
  tasks: number;
}

interface Answer {
  status: number;
  body: object;
}

/** https://api.alibabacloud.com/document/Cdn/2018-05-10/errorCode, as far as it says. */
function refusal(status: number, Code: string, Message: string): Answer {
  return { status, body: { HostId: 'cdn.localhost', Code, Message } };
}

const QUOTA = { urls: 10_000, directories: 100 };

export async function startCdnApi(options: CdnApiOptions): Promise<CdnApi> {
  const spent = { day: '', urls: 0, directories: 0 };
  const state: State = { quota: QUOTA, ...options, spent, tasks: 0 };
  const { port, close } = await listenOnLoopback(
    () => createServer((request, response) => void respond(state, request, response)),
    options.port,
  );
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

async function respond(state: State, request: IncomingMessage, response: ServerResponse) {
  const { status, body } = await answerTo(state, request).catch((thrown: unknown) =>
    refusal(500, 'InternalError', String(thrown)),
  );
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ RequestId: randomUUID().toUpperCase(), ...body }));
}

async function answerTo(state: State, request: IncomingMessage): Promise<Answer> {
  const { method = '', url = '', headers } = request;
  const caller = authenticate({ method, url, headers }, state.credentials);
  if ('because' in caller) return refusal(...UNPROVEN[caller.because], caller.message);
  const version = headers['x-acs-version'];
  if (version !== '2018-05-10') {
    return refusal(400, 'InvalidVersion', `expected version 2018-05-10, received ${version}`);
  }
  const action = String(headers['x-acs-action']);
  if (caller.may && !caller.may(`cdn:${action}`, `acs:cdn:*:${state.accountId}:*`)) {
    return refusal(403, 'Forbidden.RAM', `the caller is not authorized to perform cdn:${action}`);
  }
  const body = await readSigned(request, MOST_BYTES);
  if (typeof body === 'string') return refusal(...UNREADABLE[body]);
  if (action === 'DescribeRefreshQuota') return { status: 200, body: quotaOf(state) };
  if (action === 'RefreshObjectCaches') return refresh(state, new URLSearchParams(String(body)));
  const message = `Specified api is not found: the local CDN API has no ${action}`;
  return refusal(404, 'InvalidAction.NotFound', message);
}

/** A thousand URLs of 1,024 characters, each of which may be escaped. */
const MOST_BYTES = 4 * 1024 * 1024;

const UNREADABLE: Record<'too-large' | 'another', [status: number, code: string, message: string]> =
  {
    'too-large': [413, 'RequestEntityTooLarge', `expected a body of ${MOST_BYTES} bytes at most`],
    another: [
      400,
      'SignatureDoesNotMatch',
      'expected a body whose SHA-256 is x-acs-content-sha256',
    ],
  };

/** Numbers as text, as the API has them. */
function quotaOf(state: State) {
  const { quota } = state;
  const spent = spentToday(state);
  return {
    UrlQuota: String(quota.urls),
    UrlRemain: String(quota.urls - spent.urls),
    DirQuota: String(quota.directories),
    DirRemain: String(quota.directories - spent.directories),
  };
}

function refresh(state: State, form: URLSearchParams): Answer {
  const type = form.get('ObjectType') ?? 'File';
  if (type !== 'File' && type !== 'Directory') {
    const message = `expected File or Directory: the local CDN API has no ${type}`;
    return refusal(400, 'InvalidObjectType.Malformed', message);
  }
  const kind = type === 'File' ? 'urls' : 'directories';
  const urls = (form.get('ObjectPath') ?? '').split(/\r?\n/).filter(url => url !== '');
  const refused = refusalOf(urls, kind, state);
  if (refused) return refused;
  spentToday(state)[kind] += urls.length;
  state.tasks += 1;
  const paths = urls.map(url => decodeURIComponent(url.slice(state.cdn.endpoint.length + 1)));
  // In the cloud this takes five or six minutes.
  state.cdn.purge(kind === 'urls' ? 'files' : 'directories', paths);
  return { status: 200, body: { RefreshTaskId: String(state.tasks) } };
}

const CALL = { urls: 1000, directories: 100 };
const LONGEST = 1024;

function refusalOf(urls: string[], kind: keyof typeof CALL, state: State): Answer | undefined {
  if (urls.length === 0) {
    const message = 'The input parameter ObjectPath that is mandatory is not supplied.';
    return refusal(400, 'MissingObjectPath', message);
  }
  const base = `${state.cdn.endpoint}/`;
  const foreign = urls.find(url => !url.startsWith(base));
  if (foreign) {
    const message = `The domain does not exist: expected a URL of ${base}, received ${foreign}`;
    return refusal(404, 'InvalidDomain.NotFound', message);
  }
  const isDirectory = kind === 'directories';
  const wrong = urls.find(url => url.length > LONGEST || url.endsWith('/') !== isDirectory);
  if (wrong) return refusal(400, 'InvalidObjectPath.Malformed', `The path is invalid: ${wrong}`);
  if (urls.length <= CALL[kind] && spentToday(state)[kind] + urls.length <= state.quota[kind]) {
    return undefined;
  }
  const message = `The number of ${kind} to refresh is beyond the quota.`;
  return refusal(400, 'QuotaExceeded.Refresh', message);
}

function spentToday(state: State): State['spent'] {
  const day = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
  if (state.spent.day !== day) state.spent = { day, urls: 0, directories: 0 };
  return state.spent;
}

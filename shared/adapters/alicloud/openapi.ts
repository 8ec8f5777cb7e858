import pRetry, { type Options } from 'p-retry';
import pTimeout from 'p-timeout';
import { Failure, type FailureCode } from '../../core/failure.ts';

/** What Alibaba's SDKs have in common (@alicloud/openapi-core 1.0): how they connect, how they time out, how they fail. */

export interface OpenapiConnection {
  /** With its scheme. */
  endpoint: string;
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string | undefined };
}

/** If the API answers 429, a share is used up until other calls end: six more tries, with some 20 s of waiting in all. */
export const PATIENCE = { timeoutMs: 10_000, retries: 6, minTimeout: 300, maxTimeout: 8000 };
export type Patience = typeof PATIENCE;

/**
 * Longer than PATIENCE.timeoutMs, which has to end a call first. The SDK's timers stay on the connection: if that is used
 * again, a former request's timer ends the next request (httpx 2.3).
 */
const SDK_TIMEOUT_MS = 15_000;

/** Of the CDN, for all regions: https://api.aliyun.com/product/Cdn */
export const CDN_ENDPOINT = 'https://cdn.aliyuncs.com';

/** Of Function Compute; the internal one is for functions. */
export function fcEndpoint({
  region,
  accountId,
  internal,
}: {
  region: string;
  accountId: string;
  internal: boolean;
}): string {
  return `https://${accountId}.${region}${internal ? '-internal' : ''}.fc.aliyuncs.com`;
}

/** Of RAM, for all regions: https://api.aliyun.com/product/Ram */
export const RAM_ENDPOINT = 'https://ram.aliyuncs.com';

/** The SDKs are loaded with the first call: most who import an adapter make none. */
export async function openapi({ endpoint, credentials }: OpenapiConnection) {
  const [core, darabonba] = await Promise.all([
    import('@alicloud/openapi-core'),
    import('@darabonba/typescript'),
  ]);
  const { $OpenApiUtil } = exportsOf(core);
  const { RuntimeOptions } = exportsOf(darabonba);
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const keys = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
  const { protocol, host } = new URL(endpoint);
  return {
    config: new $OpenApiUtil.Config({
      ...keys,
      endpoint: host,
      protocol: protocol.slice(0, -1).toUpperCase(),
    }),
    runtime: () =>
      new RuntimeOptions({ connectTimeout: SDK_TIMEOUT_MS, readTimeout: SDK_TIMEOUT_MS }),
  };
}

/** Actions of an API in the RPC style, by the client that every SDK of Alibaba's is made with. Answers with the body. */
export async function rpcActions(connection: OpenapiConnection, version: string) {
  const core = exportsOf(await import('@alicloud/openapi-core'));
  const { config, runtime } = await openapi(connection);
  const client = new (clientIn(core))(config);
  const { Params, OpenApiRequest } = core.$OpenApiUtil;
  const form = { protocol: 'HTTPS', pathname: '/', method: 'POST', authType: 'AK', style: 'RPC' };
  return async (action: string, asked: Record<string, string>): Promise<unknown> => {
    const types = { reqBodyType: 'formData', bodyType: 'json' };
    const params = new Params({ action, version, ...form, ...types });
    const answer = await client.callApi(params, new OpenApiRequest({ body: asked }), runtime());
    return answer.body;
  };
}

/**
 * Of a CommonJS module that was imported. Node and esbuild have all of it as the default, and only sometimes its
 * members beside it (a bundle that is split has not); vitest has the members alone.
 */
export function exportsOf<M extends { default?: unknown }>(imported: M): M {
  return typeof imported.default === 'object' ? (imported.default as M) : imported;
}

/** The client of an SDK: the default among its exports, which TypeScript takes for that of the module. */
export function clientIn<C>(sdk: { default: { default: C } }): C {
  return sdk.default as unknown as C;
}

/** How the failures of one API are told: its name in messages, the code if it is busy, the code if it refuses. */
export interface Refusals {
  who: string;
  busy: FailureCode;
  denied: FailureCode;
  /** Error codes that pass by themselves although their status is 4xx: these are tried again. */
  passing?: RegExp;
}

/** Tries again what may pass, each time with a limit of ours. */
async function patiently<T>(
  what: string,
  call: () => Promise<T>,
  refusals: Refusals,
  patience: Partial<Patience> = {},
): Promise<T> {
  const { timeoutMs, ...retries } = { ...PATIENCE, ...patience };
  const attempt = async () => {
    try {
      return await pTimeout(call(), { milliseconds: timeoutMs, fallback: late });
    } catch (cause) {
      throw failureFrom(what, cause, refusals);
    }
  };
  return await pRetry(attempt, {
    ...(retries satisfies Options),
    factor: 2,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof Failure && error.kind === 'transient',
  });
}

/** Calls of one API: it is opened with the first of them, and each is tried patiently. */
export function callsOf<C>(
  open: () => Promise<C>,
  refusals: Refusals,
  patience: Partial<Patience> = {},
) {
  let opening: Promise<C> | undefined;
  return async <T>(what: string, run: (api: C, what: string) => Promise<T>): Promise<T> => {
    opening ??= open();
    const api = await opening;
    return await patiently(what, () => run(api, what), refusals, patience);
  };
}

/** Undefined where the API refuses for a reason that is no failure: what is looked for is not there, or what is made is. */
export async function unlessRefused<T>(
  asked: Promise<T>,
  isNoFailure: (facts: Failure['facts']) => boolean,
): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof Failure && isNoFailure(thrown.facts)) return undefined;
    throw thrown;
  }
}

/** An answer that cannot be, such as one about something else: the next one may be another. */
export function wrongAnswer(message: string, cause?: unknown): Failure {
  return new Failure('SETUP_BUSY', message, { cause });
}

function late(): never {
  throw Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
}

function failureFrom(what: string, cause: unknown, refusals: Refusals): Failure {
  if (cause instanceof Failure) return cause;
  const { who, busy, denied } = refusals;
  const { statusCode, code, name, message, data } = cause as Record<string, unknown>;
  const facts = { cause, status: statusCode, apiCode: code };
  const said = statusCode ? `${String(code)}, status ${String(statusCode)}` : String(code ?? name);
  if (isPassing(cause, refusals)) {
    return new Failure(busy, `${what}: ${who} did not take it (${said})`, facts);
  }
  if (typeof statusCode === 'number') {
    const why = String((data as { Message?: string } | undefined)?.Message ?? message);
    return new Failure(denied, `${what}: ${who} refused (${said}): ${why}`, facts);
  }
  return new Failure('UNEXPECTED', `${what}: ${String(message)}`, facts);
}

/**
 * If there is a status, 429, 5xx and the passing codes pass. If there is none, these do: errors of the system, the SDK's
 * timeouts, and a proxy's page where JSON was expected.
 */
function isPassing(cause: unknown, { passing }: Refusals): boolean {
  const { statusCode, code, name } = cause as Record<string, unknown>;
  if (typeof statusCode === 'number') {
    return statusCode === 429 || statusCode >= 500 || passing?.test(String(code)) === true;
  }
  if (cause instanceof SyntaxError) return true;
  return /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)|Timeout/.test(
    `${String(code)} ${String(name)}`,
  );
}

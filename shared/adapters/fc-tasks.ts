import { Readable } from 'node:stream';
import pRetry from 'p-retry';
import { Failure } from '../core/failure.ts';
import type { InvocationQueue } from '../ports.ts';

/** Asynchronous tasks and events of one function through @alicloud/fc20230330 4.7; the only place that knows its errors. */

export interface FcConnection {
  /** `cn-hangzhou`. */
  region: string;
  accountId: string;
  /** Undefined for Alibaba's own. */
  endpoint: string | undefined;
  /** Of Alibaba's own the one inside its network, which a function takes. */
  internal: boolean;
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string | undefined };
}

/** In all some 20 s of waiting: 429 says that a share is used up, and that ends when others end. */
const PATIENCE = { timeoutMs: 10_000, retries: 6, minTimeout: 300, maxTimeout: 8000 };

export function fcTasks(
  functionName: string,
  connection: FcConnection,
  patience: Partial<typeof PATIENCE> = {},
): InvocationQueue {
  const { timeoutMs, ...retries } = { ...PATIENCE, ...patience };
  let opening: Promise<Invoke> | undefined;
  async function invokeOnce(id: string | undefined, payload: Buffer) {
    opening ??= open(functionName, connection);
    const invoke = await opening;
    const what = `${id === undefined ? 'an event' : `task ${id}`} for ${functionName}`;
    return await pRetry(() => attempting(what, atMost(timeoutMs, invoke(id, payload))), {
      ...retries,
      factor: 2,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof Failure && error.kind === 'transient',
    });
  }
  return {
    submit: invokeOnce,
    async invoke(payload) {
      await invokeOnce(undefined, payload);
    },
  };
}

type Invoke = (id: string | undefined, payload: Buffer) => Promise<void>;

/** The SDK is loaded with the first task: most who import this file submit none. */
async function open(functionName: string, connection: FcConnection): Promise<Invoke> {
  const [fc, { $OpenApiUtil }, { RuntimeOptions }] = await Promise.all([
    import('@alicloud/fc20230330'),
    import('@alicloud/openapi-core'),
    import('@darabonba/typescript'),
  ]);
  // CommonJS with a default of its own: Node and esbuild wrap it once more, vitest does not.
  const Client = fc.default.default ?? (fc.default as unknown as typeof fc.default.default);
  const client = new Client(new $OpenApiUtil.Config(configOf(connection)));
  return async (id, payload) => {
    // The SDK reads the stream to its end and writes into the headers: fresh ones for each attempt.
    const { body } = await client.invokeFunctionWithOptions(
      functionName,
      new fc.InvokeFunctionRequest({ body: Readable.from([payload]) }),
      new fc.InvokeFunctionHeaders({
        xFcInvocationType: 'Async',
        ...(id === undefined ? {} : { xFcAsyncTaskId: id }),
      }),
      new RuntimeOptions({ connectTimeout: SDK_TIMEOUT_MS, readTimeout: SDK_TIMEOUT_MS }),
    );
    // Unread, it would keep its connection.
    body?.resume();
  };
}

function configOf({ region, accountId, endpoint, internal, credentials }: FcConnection) {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  const keys = { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) };
  const own = `https://${accountId}.${region}${internal ? '-internal' : ''}.fc.aliyuncs.com`;
  const { protocol, host } = new URL(endpoint ?? own);
  return { ...keys, endpoint: host, protocol: protocol.slice(0, -1).toUpperCase() };
}

async function attempting(what: string, invoked: Promise<void>) {
  try {
    await invoked;
    return 'accepted' as const;
  } catch (cause) {
    if ((cause as { statusCode?: number }).statusCode === 409) return 'duplicate' as const;
    throw failureFrom(what, cause);
  }
}

/** Longer than ours: the SDK's timers belong to the connection, and a former request's ends the next one's (httpx 2.3). */
const SDK_TIMEOUT_MS = 15_000;

async function atMost<T>(milliseconds: number, wanted: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const late = () => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    timer = setTimeout(late, milliseconds);
  });
  return await Promise.race([wanted, limit]).finally(() => clearTimeout(timer));
}

function failureFrom(what: string, cause: unknown): Failure {
  const { statusCode, code, name, message, data } = cause as Record<string, unknown>;
  const facts = { cause, status: statusCode, fcCode: code };
  const said = statusCode ? `${String(code)}, status ${String(statusCode)}` : String(code ?? name);
  if (isPassing(cause)) {
    return new Failure('QUEUE_BUSY', `${what}: Function Compute did not take it (${said})`, facts);
  }
  if (typeof statusCode === 'number') {
    const why = String((data as { Message?: string } | undefined)?.Message ?? message);
    return new Failure(
      'QUEUE_DENIED',
      `${what}: Function Compute refused (${said}): ${why}`,
      facts,
    );
  }
  return new Failure('UNEXPECTED', `${what}: ${String(message)}`, facts);
}

/** Without a status: errors of the system, the SDK's timeouts, and a proxy's page where it expected JSON. */
function isPassing(cause: unknown): boolean {
  const { statusCode, code, name } = cause as Record<string, unknown>;
  if (typeof statusCode === 'number') return statusCode === 429 || statusCode >= 500;
  if (cause instanceof SyntaxError) return true;
  return /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)|Timeout/.test(
    `${String(code)} ${String(name)}`,
  );
}

import OSS from 'ali-oss';
import pRetry from 'p-retry';
import { Failure } from '../../core/failure.ts';

/** ali-oss 6.23: how it connects, what it retries, how it fails. Nobody else reads its errors. */

export interface OssConnection {
  /** `oss-cn-hangzhou`. */
  region: string;
  /** Undefined for Alibaba's own, from inside its network. */
  endpoint: string | undefined;
  /** Real OSS refuses path style (SecondLevelDomainForbidden): for local servers only. */
  pathStyle: boolean;
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string | undefined };
}

/** `sldEnable` is real and missing from @types/ali-oss 6.23. */
type Options = OSS.Options & { sldEnable?: boolean };

const TIMEOUT_MS = 30_000;
/** ali-oss retries connection errors only: neither 5xx, nor throttling, nor timeouts. */
const RETRIES = { retries: 4, minTimeout: 100, maxTimeout: 2000, factor: 3, randomize: true };

export function ossClient(bucket: string, connection: OssConnection): OSS {
  return new OSS(optionsFor(bucket, connection));
}

function optionsFor(bucket: string, connection: OssConnection): Options {
  const { region, endpoint, pathStyle, credentials } = connection;
  return {
    bucket,
    region,
    accessKeyId: credentials.accessKeyId,
    accessKeySecret: credentials.accessKeySecret,
    ...(credentials.securityToken ? temporary(credentials, credentials.securityToken) : {}),
    ...(endpoint ? { endpoint } : { internal: true, secure: true }),
    sldEnable: pathStyle,
    timeout: TIMEOUT_MS,
    authorizationV4: true,
  };
}

/** A store lives for one event and a role's credentials for 36 hours: there is nothing to refresh but the SDK's warning. */
function temporary({ accessKeyId, accessKeySecret }: OssConnection['credentials'], token: string) {
  const refreshSTSToken = async () => ({ accessKeyId, accessKeySecret, stsToken: token });
  return { stsToken: token, refreshSTSToken };
}

/** An ETag without its quotes. */
export function bare(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

const MISSING = Symbol('missing');

/** What is missing is no failure. */
export async function orUndefined<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.facts.missing === MISSING) return undefined;
    throw thrown;
  }
}

/** Tries again what may pass; throws STORE_UNAVAILABLE, STORE_DENIED or UNEXPECTED. */
export async function calling<T>(what: string, run: () => Promise<T>): Promise<T> {
  return await pRetry(
    async () => {
      try {
        return await run();
      } catch (cause) {
        throw failureFrom(what, cause);
      }
    },
    {
      ...RETRIES,
      shouldRetry: ({ error }) => error instanceof Failure && error.kind === 'transient',
    },
  );
}

/** What ali-oss throws: `status` is -1 or -2 for connection errors, undefined for a timeout. */
function failureFrom(what: string, cause: unknown): Failure {
  const { status, code, name, requestId } = cause as Record<string, unknown>;
  const facts = { cause, status, ossCode: code, ossRequestId: requestId };
  const said = `${String(code ?? name)}${status ? `, status ${String(status)}` : ''}`;
  if (status === 404 && code !== 'NoSuchBucket') {
    return new Failure('UNEXPECTED', `${what}: there is no such object`, {
      ...facts,
      missing: MISSING,
    });
  }
  if (status === 403 || code === 'NoSuchBucket') {
    return new Failure('STORE_DENIED', `${what}: OSS refused (${said})`, facts);
  }
  const isPassing =
    status === -1 ||
    status === -2 ||
    status === 429 ||
    (typeof status === 'number' && status >= 500 && status !== 501) ||
    /Timeout|Limit|ConnectionError/i.test(`${String(code)} ${String(name)}`);
  if (isPassing)
    return new Failure('STORE_UNAVAILABLE', `${what}: OSS did not answer (${said})`, facts);
  return new Failure('UNEXPECTED', `${what}: OSS answered ${said}`, facts);
}

import OSS from 'ali-oss';
import { type Answer, documentOf } from './error-document.ts';
import { NO_CODE, UNREADABLE } from './failures.ts';

/** ali-oss 6.23: how it connects, and what of its answers has to be mended before it reads them. */

export interface OssConnection {
  /** `oss-cn-hangzhou`. */
  region: string;
  /** Undefined for Alibaba's own, from inside its network. */
  endpoint: string | undefined;
  /** Real OSS refuses path style (SecondLevelDomainForbidden): for local servers only. */
  pathStyle: boolean;
  credentials: { accessKeyId: string; accessKeySecret: string; securityToken?: string | undefined };
  /** No call goes on after this: whoever is killed then can tell nobody why. */
  giveUpAt?: Date;
}

/** `sldEnable` is real and missing from @types/ali-oss 6.23. */
type Options = OSS.Options & { sldEnable?: boolean };

/** Where a call names none of its own. */
const TIMEOUT_MS = 30_000;

export function ossClient(bucket: string, connection: OssConnection): OSS {
  const client = new OSS(optionsFor(bucket, connection)) as OSS & Insides;
  readCodes(client);
  readWholeDocuments(client);
  return client;
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

/** What @types/ali-oss does not tell of: lib/client.js calls both on itself. */
interface Insides {
  requestError(result: Answer | Error): Promise<Error & { code?: unknown }>;
  parseXML(text: string | Buffer): Promise<unknown>;
}

/**
 * By itself ali-oss takes any 404 for NoSuchKey that has no body, which is any HEAD's, and any of a stream, since it
 * looks before it reads.
 */
function readCodes(client: Insides): void {
  const requestError = client.requestError.bind(client);
  client.requestError = async result => {
    // Nobody answered, or not to the end.
    if (result instanceof Error) return await requestError(result);
    const data = await documentOf(result);
    const error = await requestError({ ...result, data });
    return data.length === 0 && result.status === 404
      ? Object.assign(error, { code: NO_CODE })
      : error;
  };
}

/** A document that was cut is no document, and an empty one no answer. */
function readWholeDocuments(client: Insides): void {
  const parseXML = client.parseXML.bind(client);
  client.parseXML = async text => {
    const parsed = await parseXML(text).catch((cause: unknown) => unreadable(cause));
    return parsed ?? unreadable(undefined);
  };
}

function unreadable(cause: unknown): never {
  const error = new Error('expected an XML document, received something else', { cause });
  throw Object.assign(error, { code: UNREADABLE });
}

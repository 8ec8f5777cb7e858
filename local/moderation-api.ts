import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { jsonIn } from '../shared/pipeline/records.ts';
import { authenticate, readSigned, UNPROVEN } from './acs3.ts';
import type { Credential } from './oss-server/authenticate.ts';
import { listenOnLoopback } from './oss-server/listen.ts';

/**
 * The API of Alibaba's image moderation 2.0, 2022-03-02, as much of it as one synchronous verdict. It looks at pixels: what
 * is red throughout is bad, what is blue throughout doubtful, anything else nothing. Every other action, service and
 * parameter is answered with 501.
 */

export interface ModerationApiOptions {
  /** 0 takes any that is free. */
  port: number;
  /** Any of them is accepted. */
  credentials: Credential[];
  region: string;
  /** The bytes of an object, undefined where there is none. */
  read(bucket: string, key: string): Promise<Buffer | undefined>;
}

export interface ModerationApi {
  endpoint: string;
  /** How many verdicts it has given. */
  given(): number;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  body: object;
}

const refusal = (status: number, Code: string, Message: string): Answer => ({
  status,
  body: { HostId: 'green-cip.localhost', Code, Message },
});

/** The real one may have it: whoever needs it is to hear that this one does not, and not what the real one would say. */
const notImplemented = (what: string) =>
  refusal(501, 'NotImplemented', `the local moderation API has no ${what}`);

export async function startModerationApi(options: ModerationApiOptions): Promise<ModerationApi> {
  let given = 0;
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { status, body } = await answerTo(options, request).catch((thrown: unknown) =>
      refusal(500, 'InternalError', String(thrown)),
    );
    if ('Data' in body) given += 1;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ RequestId: randomUUID().toUpperCase(), ...body }));
  };
  const { port, close } = await listenOnLoopback(
    () => createServer((request, response) => void respond(request, response)),
    options.port,
  );
  return { endpoint: `http://127.0.0.1:${port}`, given: () => given, close };
}

const MOST_BYTES = 64 * 1024;

async function answerTo(options: ModerationApiOptions, request: IncomingMessage): Promise<Answer> {
  const { method = '', url = '', headers } = request;
  const caller = authenticate({ method, url, headers }, options.credentials);
  if ('because' in caller) return refusal(...UNPROVEN[caller.because], caller.message);
  const version = headers['x-acs-version'];
  if (version !== '2022-03-02') {
    return refusal(400, 'InvalidVersion', `expected version 2022-03-02, received ${version}`);
  }
  const action = String(headers['x-acs-action']);
  if (caller.may && !caller.may(`yundun-greenweb:${action}`, '*')) {
    const message = `the caller is not authorized to perform yundun-greenweb:${action}`;
    return refusal(403, 'Forbidden.RAM', message);
  }
  if (action !== 'ImageModeration') return notImplemented(`action ${action}`);
  const body = await readSigned(request, MOST_BYTES);
  if (body === 'too-large') return refusal(413, 'RequestEntityTooLarge', 'expected a small body');
  if (body === 'another') {
    return refusal(400, 'SignatureDoesNotMatch', 'expected the body that was signed');
  }
  return await verdictOn(new URLSearchParams(String(body)), options);
}

/** Of the ways to name a picture that of OSS alone, and no other service than this. */
const SERVICE = 'postImageCheck';
const parametersSchema = z.strictObject({
  ossBucketName: z.string(),
  ossObjectName: z.string(),
  ossRegionId: z.string(),
  dataId: z.string().regex(/^[\w.-]{1,64}$/),
});

/** As the service has them: HTTP 200, and a code within. */
const code = (Code: number, Msg: string): Answer => ({ status: 200, body: { Code, Msg } });

async function verdictOn(
  form: URLSearchParams,
  { region, read }: ModerationApiOptions,
): Promise<Answer> {
  const service = form.get('Service');
  if (service !== SERVICE) return notImplemented(`service ${service}`);
  const parsed = parametersSchema.safeParse(
    jsonIn(Buffer.from(form.get('ServiceParameters') ?? '')),
  );
  if (!parsed.success) return unlike(parsed.error.issues);
  const { ossBucketName, ossObjectName, ossRegionId, dataId } = parsed.data;
  if (ossRegionId !== region) return code(400, `expected ossRegionId ${region}`);
  const file = await read(ossBucketName, ossObjectName);
  if (!file) return code(404, `there is no ${ossObjectName} in ${ossBucketName}`);
  const found = await labelOf(file);
  if (found === 'unreadable') return code(480, 'DOWNLOAD_FAILED');
  const { RiskLevel, ...result } = found;
  const Data = { DataId: dataId, RiskLevel, Result: [{ ...result, RiskLevel }] };
  return { status: 200, body: { Code: 200, Msg: 'OK', Data } };
}

function unlike(issues: z.core.$ZodIssue[]): Answer {
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') return notImplemented(`parameter ${issue.keys[0]}`);
  }
  return code(400, `ServiceParameters: ${issues[0]?.path.join('.')}: ${issues[0]?.message}`);
}

const NOTHING = { Label: 'nonLabel', Description: 'nothing was found', RiskLevel: 'none' };
const RED = { Label: 'local_red', Confidence: 99.1, Description: 'all red', RiskLevel: 'high' };
const BLUE = { Label: 'local_blue', Confidence: 61, Description: 'all blue', RiskLevel: 'medium' };

async function labelOf(file: Buffer): Promise<typeof RED | typeof NOTHING | 'unreadable'> {
  // The only one here that looks at pixels: whoever is never asked for a verdict loads nothing of it.
  const { default: sharp } = await import('sharp');
  const stats = await sharp(file)
    .stats()
    .catch(() => undefined);
  if (!stats) return 'unreadable';
  const [red = 0, green = 0, blue = 0] = stats.channels.map(({ mean }) => mean);
  if (red > 180 && green < 70 && blue < 70) return RED;
  return blue > 180 && red < 70 && green < 70 ? BLUE : NOTHING;
}

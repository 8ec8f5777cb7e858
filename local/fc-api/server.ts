import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { authenticate } from '../acs3.ts';
import { functionArn } from '../function-host/invocation.ts';
import type { FunctionHost } from '../function-host/host.ts';
import type { Credential } from '../oss-server/authenticate.ts';
import { listenOnLoopback } from '../oss-server/listen.ts';
import type { FunctionDefinition, ServiceDefinition } from '../service-definition.ts';
import { type Answer, refusal } from './answer.ts';
import {
  listAsyncInvokeConfigs,
  listFunctions,
  listProvisionConfigs,
  listTriggers,
} from './described.ts';
import { invokeFunction } from './invocations.ts';

export interface FcApiOptions {
  /** 0 takes any that is free. */
  port: number;
  /** Asked for each request: functions are told this endpoint, so it is up before their host. */
  host: () => FunctionHost | undefined;
  service: ServiceDefinition;
  /** Any of them is accepted. */
  credentials: Credential[];
  /** Events of one function that have not come to their end; more are answered with 429. */
  maxQueued?: number;
}

export interface FcApi {
  endpoint: string;
  close(): Promise<void>;
}

const MAX_QUEUED = 10_000;

/** The API of Function Compute 3.0, as much of it as hands work to functions and tells what is deployed: the rest is 501. */
export async function startFcApi(options: FcApiOptions): Promise<FcApi> {
  const { port, close } = await listenOnLoopback(
    () => createServer((request, response) => void respond(options, request, response)),
    options.port,
  );
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

async function respond(options: FcApiOptions, request: IncomingMessage, response: ServerResponse) {
  const answer = await answerTo(options, request).catch(thrown =>
    refusal('InternalServerError', String(thrown)),
  );
  const requestId = answer.requestId ?? randomUUID();
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'x-fc-request-id': requestId,
    ...answer.headers,
  });
  const { body } = answer;
  if (Buffer.isBuffer(body)) response.end(body);
  else response.end(JSON.stringify('Code' in body ? { RequestId: requestId, ...body } : body));
}

const CODES = {
  unsigned: 'MissingRequiredHeader',
  malformed: 'AccessDenied',
  'unknown-key': 'InvalidAccessKeyID',
  mismatch: 'SignatureNotMatch',
} as const;

interface Handled extends FcApiOptions {
  request: IncomingMessage;
  definition: FunctionDefinition;
  /** What the path names beside the function. */
  name: string | undefined;
}

interface Route {
  method: string;
  path: RegExp;
  action: string;
  answer(handled: Handled): Promise<Answer> | Answer;
}

const routes: Route[] = [
  {
    method: 'POST',
    path: /^\/2023-03-30\/functions\/([^/]+)\/invocations(?:\?qualifier=LATEST)?$/,
    action: 'fc:InvokeFunction',
    answer: invoke,
  },
  {
    method: 'GET',
    path: /^\/2023-03-30\/functions\/([^/]+)\/async-tasks\/([^/]+?)(?:\?qualifier=LATEST)?$/,
    action: 'fc:GetAsyncTask',
    answer: describeTask,
  },
  {
    method: 'GET',
    path: /^\/2023-03-30\/functions\/([^/]+)\/triggers(?:\?limit=100)?$/,
    action: 'fc:ListTriggers',
    answer: listTriggers,
  },
  {
    method: 'GET',
    path: /^\/2023-03-30\/async-invoke-configs\?functionName=([^&]+)&limit=100$/,
    action: 'fc:ListAsyncInvokeConfigs',
    answer: listAsyncInvokeConfigs,
  },
  {
    method: 'GET',
    path: /^\/2023-03-30\/provision-configs\?functionName=([^&]+)&limit=100$/,
    action: 'fc:ListProvisionConfigs',
    answer: listProvisionConfigs,
  },
];

async function answerTo(options: FcApiOptions, request: IncomingMessage): Promise<Answer> {
  const { method = '', url = '', headers } = request;
  const caller = authenticate({ method, url, headers }, options.credentials);
  if ('because' in caller) return refusal(CODES[caller.because], caller.message);
  if (method === 'GET' && LISTS.test(url)) return functionsFor(caller, options.service, url);
  const route = routes.find(one => one.method === method && one.path.test(url));
  if (!route) {
    return refusal('NotImplemented', `${method} ${url} is not implemented by the local FC API`);
  }
  const [, functionName, name] = route.path.exec(url) ?? [];
  const definition = options.service.functions.find(one => one.name === functionName);
  if (!definition) {
    return refusal('FunctionNotFound', `function '${functionName}' does not exist`);
  }
  const arn = functionArn(options.service, definition);
  if (caller.may?.(route.action, arn) === false) {
    const message = `the caller is not authorized to perform ${route.action} on ${arn}`;
    return refusal('AccessDenied', message);
  }
  return await route.answer({ ...options, request, definition, name });
}

/** In this order the SDK writes them. */
const LISTS = /^\/2023-03-30\/functions\?limit=\d+(&nextToken=[^&]+)?&prefix=[^&]+$/;

function functionsFor(caller: Credential, service: ServiceDefinition, url: string): Answer {
  const arn = `acs:fc:${service.region}:${service.accountId}:functions/*`;
  if (caller.may?.('fc:ListFunctions', arn) === false) {
    return refusal('AccessDenied', 'the caller is not authorized to perform fc:ListFunctions');
  }
  return listFunctions(service, new URLSearchParams(url.split('?')[1]));
}

const notUp = () => refusal('ServiceUnavailable', 'the function host is not up yet');

async function invoke({ host: find, maxQueued = MAX_QUEUED, request, definition }: Handled) {
  const host = find();
  return host ? await invokeFunction(request, { definition, host, maxQueued }) : notUp();
}

function describeTask({ service, definition, host: find, name: taskId = '' }: Handled): Answer {
  const host = find();
  if (!host) return notUp();
  const status = host.taskState(definition.name, taskId);
  if (!status) return refusal('AsyncTaskNotFound', `a task ${taskId} was not submitted`);
  const functionArn_ = functionArn(service, definition);
  return { status: 200, body: { taskId, status, qualifier: 'LATEST', functionArn: functionArn_ } };
}

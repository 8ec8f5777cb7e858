import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc, {
  GetAsyncTaskRequest,
  InvokeFunctionHeaders,
  InvokeFunctionRequest,
} from '@alicloud/fc20230330';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { RuntimeOptions } from '@darabonba/typescript';
import { onTestFinished } from 'vitest';
import { type FcApiOptions, startFcApi } from '../../../local/fc-api/server.ts';
import type { FunctionHost, FunctionHostOptions } from '../../../local/function-host/host.ts';
import { type Bundles, type Stage, stage } from '../function-host/bundles.ts';

export const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };

export const handler = (body: string) =>
  `import { appendFileSync } from 'node:fs';
   export async function handler(event, context) { ${body} }`;

/** The host of these bundles behind the FC API, until the test ends. */
export async function apiOf(
  bundles: Bundles,
  more: Partial<FcApiOptions> = {},
  hostOptions: Partial<FunctionHostOptions> = {},
) {
  const set = await stage(bundles);
  const host = await set.start(hostOptions);
  return { set, host, ...(await serve(set, host, more)) };
}

export async function serve(set: Stage, host: FunctionHost, more: Partial<FcApiOptions> = {}) {
  const { service } = set.options;
  const api = await startFcApi({
    port: 0,
    host: () => host,
    service,
    credentials: [key],
    ...more,
  });
  onTestFinished(() => api.close());
  return { endpoint: api.endpoint, client: clientOf(api.endpoint) };
}

export function clientOf(endpoint: string, credentials: object = key) {
  const config = { ...credentials, endpoint: new URL(endpoint).host, protocol: 'HTTP' };
  // vitest unwraps the default of a CommonJS module, TypeScript does not know.
  const Client = fc as unknown as typeof fc.default;
  return new Client(new $OpenApiUtil.Config(config));
}

type Client = ReturnType<typeof clientOf>;
type Headers = ConstructorParameters<typeof InvokeFunctionHeaders>[0];

interface Answered {
  status: number | undefined;
  code: string | undefined;
  headers: Record<string, string>;
  body: string;
}

/** What FC answered, also where the SDK makes an error of it. */
export async function invoked(
  client: Client,
  name: string,
  body: string | Buffer,
  how?: Headers,
): Promise<Answered> {
  const request = new InvokeFunctionRequest({ body: Readable.from([Buffer.from(body)]) });
  const headers = new InvokeFunctionHeaders(how ?? {});
  const timeouts = new RuntimeOptions({ readTimeout: 20_000, connectTimeout: 20_000 });
  return await client.invokeFunctionWithOptions(name, request, headers, timeouts).then(
    async answer => ({
      status: answer.statusCode,
      code: undefined,
      headers: answer.headers ?? {},
      body: await text(answer.body as Readable),
    }),
    error => ({ status: error.statusCode, code: error.code, headers: {}, body: error.message }),
  );
}

export const asTask = (xFcAsyncTaskId: string) => ({
  xFcInvocationType: 'Async',
  xFcAsyncTaskId,
});

export async function taskStatus(client: Client, name: string, taskId: string) {
  const { body } = await client.getAsyncTask(name, taskId, new GetAsyncTaskRequest({}));
  return body?.status;
}

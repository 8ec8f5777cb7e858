import { startFcApi } from '../../local/fc-api/server.ts';
import type { FunctionHost } from '../../local/function-host/host.ts';
import type { ServiceDefinition } from '../../local/service-definition.ts';

/** Function Compute's API over real HTTP with signatures checked, in front of a host that only counts. */
const credentials = { accessKeyId: 'BENCH', accessKeySecret: 'bench-secret' };
const definition = {
  resource: 'backfill',
  name: 'darkroom-backfill',
  handler: 'index.handler',
  code: '/',
  vCpus: 2,
  memoryMB: 2048,
  timeoutSeconds: 60,
  environment: {},
  maxAsyncRetryAttempts: 3,
  maxAsyncEventAgeSeconds: 86_400,
  asyncTask: true,
  hasAsyncInvokeConfig: false,
  provisionConfig: undefined,
  reservedConcurrency: undefined,
  logs: { project: 'p', store: 's' },
  destinations: {},
  triggers: [],
};
const service: ServiceDefinition = {
  region: 'cn-hangzhou',
  accountId: '1',
  vars: {},
  functions: [definition],
};
const host: Pick<FunctionHost, 'submitTask' | 'queued'> = {
  submitTask: async () => ({ requestId: 'r' }),
  queued: () => 0,
};
const api = await startFcApi({
  port: 0,
  host: () => host as FunctionHost,
  service,
  credentials: [credentials],
});
console.log(JSON.stringify({ endpoint: api.endpoint, credentials }));

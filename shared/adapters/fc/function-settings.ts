import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FunctionSettings } from '../../ports.ts';
import {
  callsOf,
  clientIn,
  exportsOf,
  type OpenapiConnection,
  openapi,
  unlessMissing,
} from '../alicloud/openapi.ts';

/** What an operator asks Function Compute, and the custom domain, through @alicloud/fc20230330 4.7. */

const REFUSALS = { who: 'Function Compute', busy: 'SETUP_BUSY', denied: 'SETUP_DENIED' } as const;

export function fcSettings(connection: OpenapiConnection): FunctionSettings {
  const call = callsOf(() => open(connection), REFUSALS, { retries: 2, timeoutMs: 60_000 });
  return {
    named: prefix => call(`the functions ${prefix}…`, fc => fc.named(prefix)),
    triggers: name =>
      unlessMissing(
        call(`the triggers of ${name}`, fc => fc.triggers(name)),
        isMissing,
      ),
    asyncInvokeConfigs: name =>
      call(`the asynchronous configuration of ${name}`, fc => fc.asyncInvokeConfigs(name)),
    provisionConfigs: name =>
      call(`the provisioned instances of ${name}`, fc => fc.provisionConfigs(name)),
    invoke: (name, payload) =>
      unlessMissing(
        call(`a call of ${name}`, fc => fc.invoke(name, payload)),
        isMissing,
      ),
    domain: name =>
      unlessMissing(
        call(`the domain ${name}`, fc => fc.domain(name)),
        isMissing,
      ),
    addDomain: domain => call(`the domain ${domain.name}`, fc => fc.addDomain(domain)),
  };
}

const isMissing = ({ status }: { status?: unknown }) => status === 404;

async function open(connection: OpenapiConnection) {
  const fc = exportsOf(await import('@alicloud/fc20230330'));
  const { config, runtime } = await openapi(connection);
  const Client = clientIn(fc);
  const client = new Client(config);
  const none = () => ({});
  return {
    named: (prefix: string) => namesFrom(fc, client, runtime, prefix),
    ...configurations(fc, client, runtime),
    triggers: async (name: string) => {
      const request = new fc.ListTriggersRequest({ limit: 100 });
      const { body } = await client.listTriggersWithOptions(name, request, none(), runtime());
      return (body?.triggers ?? []).map(
        ({ triggerName = '', triggerType = '', sourceArn = '', triggerConfig = '{}' }) => ({
          name: triggerName,
          type: triggerType,
          source: sourceArn,
          config: JSON.parse(triggerConfig) as Record<string, unknown>,
        }),
      );
    },
    invoke: async (name: string, payload: Buffer) => {
      const { body, headers } = await client.invokeFunctionWithOptions(
        name,
        new fc.InvokeFunctionRequest({ body: Readable.from([payload]) }),
        new fc.InvokeFunctionHeaders({ xFcInvocationType: 'Sync' }),
        runtime(),
      );
      const error = headers?.['x-fc-error-type'];
      return { payload: await buffer(body ?? Readable.from([])), ...(error ? { error } : {}) };
    },
    domain: async (name: string) => {
      const { body } = await client.getCustomDomainWithOptions(name, none(), runtime());
      const functions = body?.routeConfig?.routes?.map(({ functionName = '' }) => functionName);
      return { protocol: body?.protocol ?? '', functions: functions ?? [] };
    },
    addDomain: async ({ name, functionName, certificate, privateKey }: NewDomain) => {
      const routes = [new fc.PathConfig({ path: '/*', functionName, qualifier: 'LATEST' })];
      const input = new fc.CreateCustomDomainInput({
        domainName: name,
        protocol: 'HTTPS',
        routeConfig: new fc.RouteConfig({ routes }),
        certConfig: new fc.CertConfig({ certName: 'darkroom', certificate, privateKey }),
      });
      const request = new fc.CreateCustomDomainRequest({ body: input });
      await client.createCustomDomainWithOptions(request, none(), runtime());
    },
  };
}

type Sdk = Omit<typeof import('@alicloud/fc20230330'), 'default'>;
type Client = InstanceType<typeof import('@alicloud/fc20230330').default>;
type Runtime = Awaited<ReturnType<typeof openapi>>['runtime'];

async function namesFrom(fc: Sdk, client: Client, runtime: Runtime, prefix: string) {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = { limit: 100, prefix, ...(nextToken ? { nextToken } : {}) };
    const request = new fc.ListFunctionsRequest(page);
    const { body } = await client.listFunctionsWithOptions(request, {}, runtime());
    names.push(...(body?.functions ?? []).map(({ functionName = '' }) => functionName));
    nextToken = body?.nextToken;
  } while (nextToken);
  return names;
}

/** What a function may have at each of its qualifiers. */
function configurations(fc: Sdk, client: Client, runtime: Runtime) {
  return {
    asyncInvokeConfigs: async (functionName: string) => {
      const request = new fc.ListAsyncInvokeConfigsRequest({ functionName, limit: 100 });
      const { body } = await client.listAsyncInvokeConfigsWithOptions(request, {}, runtime());
      return (body?.configs ?? []).map(qualifierIn);
    },
    provisionConfigs: async (functionName: string) => {
      const request = new fc.ListProvisionConfigsRequest({ functionName, limit: 100 });
      const { body } = await client.listProvisionConfigsWithOptions(request, {}, runtime());
      return (body?.provisionConfigs ?? []).filter(holdsInstances).map(qualifierIn);
    },
  };
}

/** `acs:fc:region:account:functions/name/qualifier`, without the last part for LATEST. */
function qualifierIn({ functionArn = '' }: { functionArn?: string }): string {
  return functionArn.split('/')[2] ?? 'LATEST';
}

/** What was set back to 0 is listed on. */
function holdsInstances(config: {
  target?: number;
  defaultTarget?: number;
  scheduledActions?: unknown[];
  targetTrackingPolicies?: unknown[];
}): boolean {
  const { target = 0, defaultTarget = 0, scheduledActions, targetTrackingPolicies } = config;
  const rules = [...(scheduledActions ?? []), ...(targetTrackingPolicies ?? [])];
  return target > 0 || defaultTarget > 0 || rules.length > 0;
}

type NewDomain = Parameters<FunctionSettings['addDomain']>[0];

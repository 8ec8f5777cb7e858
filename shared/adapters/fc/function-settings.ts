import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import type { DeployedTrigger, FunctionSettings } from '../../ports.ts';
import {
  callsOf,
  clientIn,
  exportsOf,
  type OpenapiConnection,
  openapi,
  unlessRefused,
  wrongAnswer,
} from '../alicloud/openapi.ts';
import { allOf, qualifierOf } from './lists.ts';

/** What an operator asks Function Compute, and the custom domain, through @alicloud/fc20230330 4.7. */

const REFUSALS = { who: 'Function Compute', busy: 'SETUP_BUSY', denied: 'SETUP_DENIED' } as const;

export function fcSettings(connection: OpenapiConnection): FunctionSettings {
  const call = callsOf(() => open(connection), REFUSALS, { retries: 2, timeoutMs: 60_000 });
  return {
    named: prefix => call(`the functions ${prefix}…`, (fc, what) => fc.named(prefix, what)),
    triggers: name =>
      unlessRefused(
        call(`the triggers of ${name}`, (fc, what) => fc.triggers(name, what)),
        isMissing,
      ),
    asyncInvokeConfigs: name =>
      call(`the asynchronous configuration of ${name}`, (fc, what) =>
        fc.asyncInvokeConfigs(name, what),
      ),
    provisionConfigs: name =>
      call(`the provisioned instances of ${name}`, (fc, what) => fc.provisionConfigs(name, what)),
    invoke: (name, payload) =>
      unlessRefused(
        call(`a call of ${name}`, fc => fc.invoke(name, payload)),
        isMissing,
      ),
    domain: name =>
      unlessRefused(
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
    ...lists(fc, client, runtime),
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

const PAGE = { limit: 100 };

/** It travels as text. */
function configIn(text = '{}', what: string, trigger: string): Record<string, unknown> {
  try {
    return configuration.parse(JSON.parse(text));
  } catch (cause) {
    const expected = `expected the configuration of trigger ${trigger}`;
    throw wrongAnswer(`${what}: ${expected}, received something else`, cause);
  }
}

const configuration = z.record(z.string(), z.unknown());

function deployedTrigger(one: Trigger, what: string): DeployedTrigger {
  const { triggerName: name = '', triggerType: type = '', sourceArn: source = '' } = one;
  return { name, type, source, config: configIn(one.triggerConfig, what, name) };
}

type Trigger = InstanceType<Sdk['Trigger']>;

/** What is listed of a function; a configuration is of one of its qualifiers. */
function lists(fc: Sdk, client: Client, runtime: Runtime) {
  return {
    named: async (prefix: string, what: string) => {
      const found = await allOf(what, async nextToken => {
        const request = new fc.ListFunctionsRequest({ ...PAGE, prefix, ...nextToken });
        const { body } = await client.listFunctionsWithOptions(request, {}, runtime());
        return { items: body?.functions, nextToken: body?.nextToken };
      });
      const names = found.map(({ functionName = '' }) => functionName);
      const other = names.find(name => !name.startsWith(prefix));
      if (other === undefined) return names;
      throw wrongAnswer(`${what}: expected names that begin so, received ${other}`);
    },
    triggers: async (functionName: string, what: string) => {
      const found = await allOf(what, async nextToken => {
        const request = new fc.ListTriggersRequest({ ...PAGE, ...nextToken });
        const { body } = await client.listTriggersWithOptions(functionName, request, {}, runtime());
        return { items: body?.triggers, nextToken: body?.nextToken };
      });
      for (const { targetArn } of found) qualifierOf(what, functionName, targetArn);
      return found.map(one => deployedTrigger(one, what));
    },
    asyncInvokeConfigs: async (functionName: string, what: string) => {
      const found = await allOf(what, async nextToken => {
        const asked = { functionName, ...PAGE, ...nextToken };
        const request = new fc.ListAsyncInvokeConfigsRequest(asked);
        const { body } = await client.listAsyncInvokeConfigsWithOptions(request, {}, runtime());
        return { items: body?.configs, nextToken: body?.nextToken };
      });
      return found.map(({ functionArn }) => qualifierOf(what, functionName, functionArn));
    },
    provisionConfigs: async (functionName: string, what: string) => {
      const found = await allOf(what, async nextToken => {
        const asked = { functionName, ...PAGE, ...nextToken };
        const request = new fc.ListProvisionConfigsRequest(asked);
        const { body } = await client.listProvisionConfigsWithOptions(request, {}, runtime());
        return { items: body?.provisionConfigs, nextToken: body?.nextToken };
      });
      const held = found.filter(holdsInstances);
      return held.map(({ functionArn }) => qualifierOf(what, functionName, functionArn));
    },
  };
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

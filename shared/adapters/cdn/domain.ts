import type { CdnDomain } from '../../ports.ts';
import {
  CDN_ENDPOINT,
  callsOf,
  clientIn,
  exportsOf,
  type OpenapiConnection,
  openapi,
  unlessRefused,
} from '../alicloud/openapi.ts';

/** One domain of Alibaba Cloud CDN, as an operator adds and checks it, through @alicloud/cdn20180510 5.0. */

const REFUSALS = { who: 'the CDN', busy: 'SETUP_BUSY', denied: 'SETUP_DENIED' } as const;

export interface CdnDomainConnection extends Pick<OpenapiConnection, 'credentials'> {
  /** Undefined for Alibaba's own. */
  endpoint: string | undefined;
}

export function cdnDomain(domainName: string, connection: CdnDomainConnection): CdnDomain {
  const call = callsOf(() => open(domainName, connection), REFUSALS, { retries: 3 });
  return {
    domainName,
    facts: () =>
      unlessRefused(
        call(`the facts of ${domainName}`, cdn => cdn.facts()),
        ({ apiCode }) => apiCode === 'InvalidDomain.NotFound',
      ),
    add: (bucketHost, scope) =>
      call(`the creation of ${domainName}`, cdn => cdn.add(bucketHost, scope)),
    settings: names => call(`the settings of ${domainName}`, cdn => cdn.settings(names)),
    set: (name, values) =>
      call(`the setting ${name} of ${domainName}`, cdn => cdn.set(name, values)),
  };
}

async function open(
  domainName: string,
  { endpoint = CDN_ENDPOINT, credentials }: CdnDomainConnection,
) {
  const cdn = exportsOf(await import('@alicloud/cdn20180510'));
  const { config, runtime } = await openapi({ endpoint, credentials });
  const client = new (clientIn(cdn))(config);
  return {
    facts: async () => {
      const request = new cdn.DescribeCdnDomainDetailRequest({ domainName });
      const { body } = await client.describeCdnDomainDetailWithOptions(request, runtime());
      const { domainStatus = '', cname = '', sourceModels } = body?.getDomainDetailModel ?? {};
      const origins = sourceModels?.sourceModel?.map(({ content = '' }) => content) ?? [];
      return { status: domainStatus, cname, origins };
    },
    add: async (bucketHost: string, scope: string) => {
      const source = { content: bucketHost, type: 'oss', priority: '20', port: 443, weight: '10' };
      const sources = JSON.stringify([source]);
      const request = new cdn.AddCdnDomainRequest({ cdnType: 'web', domainName, scope, sources });
      await client.addCdnDomainWithOptions(request, runtime());
    },
    settings: async (names: string[]) => {
      const functionNames = names.join(',');
      const request = new cdn.DescribeCdnDomainConfigsRequest({ domainName, functionNames });
      const { body } = await client.describeCdnDomainConfigsWithOptions(request, runtime());
      const found = body?.domainConfigs?.domainConfig ?? [];
      const settings = new Map<string, Record<string, string>[]>();
      for (const { functionName = '', functionArgs } of found) {
        const values = valuesIn(functionArgs?.functionArg ?? []);
        settings.set(functionName, [...(settings.get(functionName) ?? []), values]);
      }
      return settings;
    },
    set: async (functionName: string, values: Record<string, string>) => {
      const functionArgs = Object.entries(values).map(([argName, argValue]) => ({
        argName,
        argValue,
      }));
      const request = new cdn.BatchSetCdnDomainConfigRequest({
        domainNames: domainName,
        functions: JSON.stringify([{ functionName, functionArgs }]),
      });
      await client.batchSetCdnDomainConfigWithOptions(request, runtime());
    },
  };
}

function valuesIn(args: { argName?: string; argValue?: string }[]): Record<string, string> {
  return Object.fromEntries(args.map(({ argName = '', argValue = '' }) => [argName, argValue]));
}

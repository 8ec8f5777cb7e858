import type { CdnPurges } from '../../ports.ts';
import {
  CDN_ENDPOINT,
  callsOf,
  clientIn,
  exportsOf,
  type OpenapiConnection,
  openapi,
  type Patience,
} from '../alicloud/openapi.ts';

/** Purges of a CDN domain through @alicloud/cdn20180510 5.0; the only place that knows its errors. */

/** A quota that is used up is the moment's: it is full again at midnight, China's time. */
const REFUSALS = {
  who: 'the CDN',
  busy: 'PURGE_BUSY',
  denied: 'PURGE_DENIED',
  passing: /^(QuotaExceeded|Throttling)/,
} as const;

export interface CdnConnection extends Pick<OpenapiConnection, 'credentials'> {
  /** Undefined for Alibaba's own. */
  endpoint: string | undefined;
}

export function cdnPurges(
  { endpoint = CDN_ENDPOINT, credentials }: CdnConnection,
  patience: Partial<Patience> = { retries: 3 },
): CdnPurges {
  const call = callsOf(() => open({ endpoint, credentials }), REFUSALS, patience);
  return {
    quota: () => call('the quota of purges', cdn => cdn.quota()),
    purge: (what, urls) => call(`a purge of ${urls.length} ${what}`, cdn => cdn.purge(what, urls)),
  };
}

async function open(connection: OpenapiConnection) {
  const cdn = exportsOf(await import('@alicloud/cdn20180510'));
  const { config, runtime } = await openapi(connection);
  const client = new (clientIn(cdn))(config);
  return {
    quota: async () => {
      const request = new cdn.DescribeRefreshQuotaRequest({});
      const { body } = await client.describeRefreshQuotaWithOptions(request, runtime());
      const { urlQuota, urlRemain, dirQuota, dirRemain } = body ?? {};
      return {
        urls: { total: numberIn(urlQuota), left: numberIn(urlRemain) },
        directories: { total: numberIn(dirQuota), left: numberIn(dirRemain) },
      };
    },
    purge: async (what: 'files' | 'directories', urls: string[]) => {
      const isDirectory = what === 'directories';
      const request = new cdn.RefreshObjectCachesRequest({
        objectPath: urls.join('\n'),
        objectType: isDirectory ? 'Directory' : 'File',
        // Else a directory's copies are only asked about, not dropped.
        ...(isDirectory ? { force: true } : {}),
      });
      const { body } = await client.refreshObjectCachesWithOptions(request, runtime());
      // Who answers without an id is not the CDN, or has not taken it.
      if (!body?.refreshTaskId) throw new SyntaxError('expected the id of a task, received none');
      return body.refreshTaskId;
    },
  };
}

/** The API writes numbers as text. */
function numberIn(text: string | undefined): number {
  const value = Number(text);
  if (text !== undefined && Number.isInteger(value)) return value;
  throw new SyntaxError(`expected a number of the CDN's quota, received ${text}`);
}

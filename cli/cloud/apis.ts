import { fcEndpoint as endpointOf } from '../../shared/adapters/alicloud/openapi.ts';
import { cdnDomain } from '../../shared/adapters/cdn/domain.ts';
import { fcSettings } from '../../shared/adapters/fc/function-settings.ts';
import { type MessageQueues, mnsQueues } from '../../shared/adapters/mns/queues.ts';
import { type Roles, ramRoles } from '../../shared/adapters/ram/roles.ts';
import { type Logs, slsLogs } from '../../shared/adapters/sls/logs.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { CdnDomain, FunctionSettings } from '../../shared/ports.ts';
import type { Account } from './place.ts';

/** What an operator sets up and checks beside the buckets. */
export interface Cloud {
  /** `cn-hangzhou`. */
  region: string;
  accountId: string | undefined;
  /** Throws SETTINGS_INVALID where nothing says whose functions. */
  functions(): FunctionSettings;
  cdnDomain(name: string): CdnDomain;
  roles(): Roles;
  /** Undefined on a local platform. */
  queues: MessageQueues | undefined;
  /** Undefined on a local platform. */
  logs: Logs | undefined;
}

export function openCloud(account: Account): Cloud {
  const { region, accountId, fcEndpoint, cdnEndpoint, ramEndpoint, credentials } = account;
  const { mnsEndpoint, slsEndpoint } = account;
  return {
    region,
    accountId,
    functions() {
      if (accountId === undefined) {
        const message =
          'expected DARKROOM_ACCOUNT_ID in the environment, the account that has the functions';
        throw new Failure('SETTINGS_INVALID', message);
      }
      const endpoint = fcEndpoint ?? endpointOf({ region, accountId, internal: false });
      return fcSettings({ endpoint, credentials });
    },
    cdnDomain: name => cdnDomain(name, { endpoint: cdnEndpoint, credentials }),
    queues:
      mnsEndpoint === undefined ? undefined : mnsQueues({ endpoint: mnsEndpoint, credentials }),
    logs: slsEndpoint === undefined ? undefined : slsLogs({ endpoint: slsEndpoint, credentials }),
    roles: () => ramRoles({ endpoint: ramEndpoint, credentials }),
  };
}

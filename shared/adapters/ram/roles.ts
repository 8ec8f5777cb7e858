import * as z from 'zod';
import type { Roles } from '../../ports.ts';
import {
  callsOf,
  type OpenapiConnection,
  RAM_ENDPOINT,
  rpcActions,
  unlessMissing,
} from '../alicloud/openapi.ts';

/** RAM, 2015-05-01, as an operator makes roles by it: https://api.aliyun.com/document/Ram/2015-05-01/overview */

const REFUSALS = {
  who: 'RAM',
  busy: 'SETUP_BUSY',
  denied: 'SETUP_DENIED',
  passing: /^Throttling/,
} as const;

export interface RamConnection extends Pick<OpenapiConnection, 'credentials'> {
  /** Undefined for Alibaba's own. */
  endpoint: string | undefined;
}

/** Documents travel as text. */
const document = z.string().transform(text => JSON.parse(text) as unknown);
const roleAnswer = z.object({ Role: z.object({ AssumeRolePolicyDocument: document }) });
const policiesAnswer = z.object({
  Policies: z.object({ Policy: z.array(z.object({ PolicyName: z.string() })) }),
});
const policyAnswer = z.object({ DefaultPolicyVersion: z.object({ PolicyDocument: document }) });
const versionsAnswer = z.object({
  PolicyVersions: z.object({
    PolicyVersion: z.array(
      z.object({
        VersionId: z.string(),
        IsDefaultVersion: z.boolean(),
        CreateDate: z.coerce.date(),
      }),
    ),
  }),
});

const CUSTOM = { PolicyType: 'Custom' };
const isMissing = ({ apiCode }: { apiCode?: unknown }) =>
  String(apiCode).startsWith('EntityNotExist');

export function ramRoles({ endpoint = RAM_ENDPOINT, credentials }: RamConnection): Roles {
  const call = callsOf(() => rpcActions({ endpoint, credentials }, '2015-05-01'), REFUSALS, {
    retries: 3,
  });
  const done = async (what: string, action: string, asked: Record<string, string>) => {
    await call(what, ask => ask(action, asked));
  };
  return {
    role: RoleName =>
      unlessMissing(
        call(`the role ${RoleName}`, async ask => {
          const { Role } = roleAnswer.parse(await ask('GetRole', { RoleName }));
          const { Policies } = policiesAnswer.parse(await ask('ListPoliciesForRole', { RoleName }));
          const policies = Policies.Policy.map(({ PolicyName }) => PolicyName);
          return { trust: Role.AssumeRolePolicyDocument, policies };
        }),
        isMissing,
      ),
    create: (RoleName, trust) =>
      done(`the creation of the role ${RoleName}`, 'CreateRole', {
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    putTrust: (RoleName, trust) =>
      done(`the trust of the role ${RoleName}`, 'UpdateRole', {
        RoleName,
        NewAssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    attach: (PolicyName, RoleName) =>
      done(`the policy of the role ${RoleName}`, 'AttachPolicyToRole', {
        ...CUSTOM,
        PolicyName,
        RoleName,
      }),
    ...policiesBy(call, done),
  };
}

type Call = ReturnType<typeof callsOf<Awaited<ReturnType<typeof rpcActions>>>>;
type Done = (what: string, action: string, asked: Record<string, string>) => Promise<void>;

function policiesBy(
  call: Call,
  done: Done,
): Pick<Roles, 'policy' | 'createPolicy' | 'addVersion' | 'removeVersion'> {
  return {
    policy: PolicyName =>
      unlessMissing(
        call(`the policy ${PolicyName}`, async ask => {
          const asked = { PolicyName, ...CUSTOM };
          const { DefaultPolicyVersion } = policyAnswer.parse(await ask('GetPolicy', asked));
          const { PolicyVersions } = versionsAnswer.parse(await ask('ListPolicyVersions', asked));
          const versions = PolicyVersions.PolicyVersion.map(one => ({
            id: one.VersionId,
            isInForce: one.IsDefaultVersion,
            createdAt: one.CreateDate,
          }));
          return { document: DefaultPolicyVersion.PolicyDocument, versions };
        }),
        isMissing,
      ),
    createPolicy: (PolicyName, PolicyDocument) =>
      done(`the creation of the policy ${PolicyName}`, 'CreatePolicy', {
        PolicyName,
        PolicyDocument,
      }),
    addVersion: (PolicyName, PolicyDocument) =>
      done(`a version of the policy ${PolicyName}`, 'CreatePolicyVersion', {
        PolicyName,
        PolicyDocument,
        SetAsDefault: 'true',
      }),
    removeVersion: (PolicyName, VersionId) =>
      done(`the removal of ${VersionId} of the policy ${PolicyName}`, 'DeletePolicyVersion', {
        PolicyName,
        VersionId,
      }),
  };
}

import * as z from 'zod';
import {
  callsOf,
  type OpenapiConnection,
  RAM_ENDPOINT,
  rpcActions,
  unlessRefused,
  wrongAnswer,
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

/** Roles of an account and the custom policies that they are given (RAM). Throws SETUP_DENIED where RAM refuses. */
export interface Roles {
  /** Who may take the role, and the policies that it has; undefined where there is no such role. */
  role(name: string): Promise<{ trust: unknown; policies: string[] } | undefined>;
  create(name: string, trust: object): Promise<void>;
  putTrust(name: string, trust: object): Promise<void>;
  /** The document in force; undefined where there is no such policy. */
  policy(name: string): Promise<{ document: unknown; versions: PolicyVersion[] } | undefined>;
  createPolicy(name: string, document: string): Promise<void>;
  /** In force from then on. The former stay, up to the limit that RAM has. */
  addVersion(name: string, document: string): Promise<void>;
  removeVersion(name: string, id: string): Promise<void>;
  attach(policy: string, role: string): Promise<void>;
}

export interface PolicyVersion {
  /** `v3`. */
  id: string;
  isInForce: boolean;
  createdAt: Date;
}

/** Documents travel as text. */
const document = z.string().transform(text => JSON.parse(text) as unknown);
const roleAnswer = z.object({
  Role: z.object({ RoleName: z.string(), AssumeRolePolicyDocument: document }),
});
const policiesAnswer = z.object({
  Policies: z.object({ Policy: z.array(z.object({ PolicyName: z.string() })) }),
});
const policyAnswer = z.object({
  Policy: z.object({ PolicyName: z.string() }),
  DefaultPolicyVersion: z.object({ PolicyDocument: document }),
});
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

/** What is read of another one would be changed, or left, for this one. */
function expectName(what: string, asked: string, received: string): void {
  if (received !== asked) throw wrongAnswer(`${what}: expected ${asked}, received ${received}`);
}

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
      unlessRefused(
        call(`the role ${RoleName}`, async (ask, what) => {
          const { Role } = roleAnswer.parse(await ask('GetRole', { RoleName }));
          expectName(what, RoleName, Role.RoleName);
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
      unlessRefused(
        call(`the policy ${PolicyName}`, async (ask, what) => {
          const asked = { PolicyName, ...CUSTOM };
          const { Policy, DefaultPolicyVersion } = policyAnswer.parse(
            await ask('GetPolicy', asked),
          );
          expectName(what, PolicyName, Policy.PolicyName);
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

import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { authenticate, readSigned } from '../../local/acs3.ts';
import { listenOnLoopback } from '../../local/oss-server/listen.ts';

export const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };

interface Role {
  trust: string;
  policies: string[];
}

interface Version {
  id: string;
  document: string;
  createdAt: string;
}

interface Policy {
  /** In the order in which they were made. */
  versions: Version[];
  inForce: string;
  made: number;
}

export interface Ram {
  endpoint: string;
  roles: Map<string, Role>;
  policies: Map<string, Policy>;
  /** The actions that changed something, in their order. */
  changes: string[];
  /** What it tells in place of an action's answer. */
  tells?: (action: string, answer: object) => object;
}

type Answer = [status: number, body: object];
type Action = (asked: Record<string, string>, ram: Ram) => Answer;

const MOST_VERSIONS = 5;
const MOST_BYTES = 64 * 1024;

/** RAM of 2015-05-01, as far as roles are made by it. Signatures are verified; any other action or parameter is 501. */
export async function ramApi(): Promise<Ram> {
  const ram: Ram = { endpoint: '', roles: new Map(), policies: new Map(), changes: [] };
  const { port, close } = await listenOnLoopback(
    () =>
      createServer(async (request, response) => {
        const { method = '', url = '', headers } = request;
        const caller = authenticate({ method, url, headers }, [key]);
        const body = await readSigned(request, MOST_BYTES);
        const isKnown = !('because' in caller) && Buffer.isBuffer(body);
        const [status, answer] = isKnown
          ? answerTo(headers, new URLSearchParams(String(body)), ram)
          : refused(403, 'SignatureDoesNotMatch', 'the signature is not right');
        response.writeHead(status, { 'content-type': 'application/json' });
        const told = ram.tells?.(String(headers['x-acs-action']), answer) ?? answer;
        response.end(JSON.stringify({ RequestId: '1', ...told }));
      }),
    0,
  );
  onTestFinished(() => close());
  return Object.assign(ram, { endpoint: `http://127.0.0.1:${port}` });
}

function answerTo(
  headers: NodeJS.Dict<string | string[]>,
  form: URLSearchParams,
  ram: Ram,
): Answer {
  const name = String(headers['x-acs-action']);
  const known = ACTIONS[name];
  const version = headers['x-acs-version'];
  if (!known || version !== '2015-05-01') {
    return refused(501, 'NotImplemented', `${name} of ${version} is not implemented`);
  }
  const { parameters, changes, act } = known;
  const foreign = [...form.keys()].find(one => !parameters.includes(one));
  if (foreign) return refused(501, 'NotImplemented', `${foreign} of ${name} is not implemented`);
  const missing = parameters.find(one => !form.get(one));
  if (missing) return refused(400, `Missing${missing}`, `${missing} is mandatory`);
  const asked = Object.fromEntries(form);
  if (asked.PolicyType && asked.PolicyType !== 'Custom') {
    return refused(501, 'NotImplemented', `PolicyType ${asked.PolicyType} is not implemented`);
  }
  const answer = act(asked, ram);
  if (changes && answer[0] === 200) ram.changes.push(name);
  return answer;
}

function refused(status: number, Code: string, Message: string): Answer {
  return [status, { Code, Message, HostId: 'ram.aliyuncs.com' }];
}

const noRole = () => refused(404, 'EntityNotExist.Role', 'The role does not exist.');
const noPolicy = () => refused(404, 'EntityNotExist.Policy', 'The policy does not exist.');

/** RAM takes a document of 6,144 characters at most. */
function isDocument(text = ''): boolean {
  return text.length <= 6144 && typeof JSON.parse(text) === 'object';
}

const malformed = () => refused(400, 'MalformedPolicyDocument', 'The document is not well-formed.');

const createRole: Action = ({ RoleName = '', AssumeRolePolicyDocument: trust = '' }, { roles }) => {
  if (roles.has(RoleName)) return refused(409, 'EntityAlreadyExists.Role', 'The role exists.');
  if (!isDocument(trust)) return malformed();
  roles.set(RoleName, { trust, policies: [] });
  return [200, {}];
};

const getRole: Action = ({ RoleName = '' }, { roles }) => {
  const role = roles.get(RoleName);
  if (!role) return noRole();
  return [200, { Role: { RoleName, AssumeRolePolicyDocument: role.trust } }];
};

const updateRole: Action = (
  { RoleName = '', NewAssumeRolePolicyDocument: trust = '' },
  { roles },
) => {
  const role = roles.get(RoleName);
  if (!role) return noRole();
  role.trust = trust;
  return [200, {}];
};

const listPoliciesForRole: Action = ({ RoleName = '' }, { roles }) => {
  const role = roles.get(RoleName);
  if (!role) return noRole();
  const Policy = role.policies.map(PolicyName => ({ PolicyName, PolicyType: 'Custom' }));
  return [200, { Policies: { Policy } }];
};

const attach: Action = ({ PolicyName = '', RoleName = '' }, { roles, policies }) => {
  const role = roles.get(RoleName);
  if (!role) return noRole();
  if (!policies.has(PolicyName)) return noPolicy();
  if (role.policies.includes(PolicyName)) {
    return refused(409, 'EntityAlreadyExists.Role.Policy', 'The policy is attached already.');
  }
  role.policies.push(PolicyName);
  return [200, {}];
};

const createPolicy: Action = ({ PolicyName = '', PolicyDocument = '' }, { policies }) => {
  if (policies.has(PolicyName)) {
    return refused(409, 'EntityAlreadyExists.Policy', 'The policy exists.');
  }
  if (!isDocument(PolicyDocument)) return malformed();
  policies.set(PolicyName, { versions: [], inForce: '', made: 0 });
  return addVersion({ PolicyName, PolicyDocument, SetAsDefault: 'true' }, { policies } as Ram);
};

const getPolicy: Action = ({ PolicyName = '' }, { policies }) => {
  const policy = policies.get(PolicyName);
  if (!policy) return noPolicy();
  const { document = '' } = policy.versions.find(({ id }) => id === policy.inForce) ?? {};
  return [
    200,
    {
      Policy: { PolicyName, PolicyType: 'Custom', DefaultVersion: policy.inForce },
      DefaultPolicyVersion: { VersionId: policy.inForce, PolicyDocument: document },
    },
  ];
};

const listVersions: Action = ({ PolicyName = '' }, { policies }) => {
  const policy = policies.get(PolicyName);
  if (!policy) return noPolicy();
  const PolicyVersion = policy.versions.map(({ id, createdAt }) => ({
    VersionId: id,
    IsDefaultVersion: id === policy.inForce,
    CreateDate: createdAt,
  }));
  return [200, { PolicyVersions: { PolicyVersion } }];
};

const addVersion: Action = (
  { PolicyName = '', PolicyDocument = '', SetAsDefault },
  { policies },
) => {
  const policy = policies.get(PolicyName);
  if (!policy) return noPolicy();
  if (!isDocument(PolicyDocument)) return malformed();
  if (policy.versions.length >= MOST_VERSIONS) {
    return refused(409, 'LimitExceeded.Policy.Version', 'The number of versions is at its limit.');
  }
  policy.made += 1;
  const id = `v${policy.made}`;
  const createdAt = new Date(Date.UTC(2026, 0, policy.made)).toISOString();
  policy.versions.push({ id, document: PolicyDocument, createdAt });
  if (SetAsDefault === 'true') policy.inForce = id;
  return [200, { PolicyVersion: { VersionId: id } }];
};

const removeVersion: Action = ({ PolicyName = '', VersionId = '' }, { policies }) => {
  const policy = policies.get(PolicyName);
  if (!policy) return noPolicy();
  if (policy.inForce === VersionId) {
    return refused(409, 'DeleteConflict.Policy.Version.Default', 'The version is in force.');
  }
  policy.versions = policy.versions.filter(({ id }) => id !== VersionId);
  return [200, {}];
};

const OF_POLICY = ['PolicyName', 'PolicyType'];
const ACTIONS: Record<string, { parameters: string[]; changes?: true; act: Action }> = {
  GetRole: { parameters: ['RoleName'], act: getRole },
  ListPoliciesForRole: { parameters: ['RoleName'], act: listPoliciesForRole },
  GetPolicy: { parameters: OF_POLICY, act: getPolicy },
  ListPolicyVersions: { parameters: OF_POLICY, act: listVersions },
  CreateRole: {
    parameters: ['RoleName', 'AssumeRolePolicyDocument'],
    changes: true,
    act: createRole,
  },
  UpdateRole: {
    parameters: ['RoleName', 'NewAssumeRolePolicyDocument'],
    changes: true,
    act: updateRole,
  },
  AttachPolicyToRole: { parameters: [...OF_POLICY, 'RoleName'], changes: true, act: attach },
  CreatePolicy: { parameters: ['PolicyName', 'PolicyDocument'], changes: true, act: createPolicy },
  CreatePolicyVersion: {
    parameters: ['PolicyName', 'PolicyDocument', 'SetAsDefault'],
    changes: true,
    act: addVersion,
  },
  DeletePolicyVersion: {
    parameters: ['PolicyName', 'VersionId'],
    changes: true,
    act: removeVersion,
  },
};

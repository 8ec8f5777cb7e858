import * as z from 'zod';
import type { PolicyVersion, Roles } from '../../shared/adapters/ram/roles.ts';
import type { Step } from './steps.ts';

/** A role of a deployment, with the one policy that it is given; both have its name. */
export interface WantedRole {
  /** `darkroom-sweep`. */
  name: string;
  trust: object;
  policy: unknown;
}

/** A role that others may take is left alone, with all that it has, unless `replaceTrust` says otherwise. */
export async function roleSteps(
  wanted: WantedRole,
  roles: Roles,
  replaceTrust: boolean,
): Promise<Step[]> {
  const { name } = wanted;
  const found = await roles.role(name);
  const isOther = found !== undefined && !isSame(found.trust, wanted.trust);
  if (isOther && !replaceTrust) {
    const words = `expected that ${takerOf(wanted.trust)} may take it, received ${takerOf(found.trust)}: delete it, or --replace-trust`;
    return [{ name: `role ${name}`, words, state: 'wrong' }];
  }
  return [
    roleStep(wanted, roles, isOther ? 'other' : found && 'there'),
    await policyStep(wanted, roles),
    attachStep(name, roles, found?.policies ?? []),
  ];
}

function roleStep(
  { name, trust }: WantedRole,
  roles: Roles,
  state: 'other' | 'there' | undefined,
): Step {
  const step = { name: `role ${name}`, words: `may be taken by ${takerOf(trust)}` };
  if (state === 'there') return { ...step, state };
  if (state === 'other') return { ...step, state, apply: () => roles.putTrust(name, trust) };
  return { ...step, state: 'missing', apply: () => roles.create(name, trust) };
}

async function policyStep({ name, policy }: WantedRole, roles: Roles): Promise<Step> {
  const step = { name: `policy ${name}` };
  const document = JSON.stringify(policy);
  const wanted = rightsIn(policy);
  const found = await roles.policy(name);
  if (!found) {
    const words = `${wanted.length} rights`;
    return { ...step, words, state: 'missing', apply: () => roles.createPolicy(name, document) };
  }
  const there = rightsIn(found.document);
  const change = [
    ...wanted.filter(right => !there.includes(right)).map(right => `+ ${right}`),
    ...there.filter(right => !wanted.includes(right)).map(right => `- ${right}`),
  ];
  if (change.length === 0) return { ...step, words: `${wanted.length} rights`, state: 'there' };
  const oldest = inTheWay(found.versions);
  const room = oldest
    ? [`its version ${oldest.id} is removed, since RAM keeps ${MOST_VERSIONS}`]
    : [];
  return {
    ...step,
    words: ['a new version', ...change, ...room].join('\n'),
    state: 'other',
    apply: async () => {
      if (oldest) await roles.removeVersion(name, oldest.id);
      await roles.addVersion(name, document);
    },
  };
}

/** https://www.alibabacloud.com/help/en/ram/product-overview/limits */
const MOST_VERSIONS = 5;

/** The oldest that is not in force. */
function inTheWay(versions: PolicyVersion[]): PolicyVersion | undefined {
  if (versions.length < MOST_VERSIONS) return undefined;
  const former = versions.filter(({ isInForce }) => !isInForce);
  return former.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
}

function attachStep(name: string, roles: Roles, policies: string[]): Step {
  const others = policies.filter(policy => policy !== name);
  const also = others.length === 0 ? '' : `; it also has ${others.join(', ')}, which is left`;
  const step = { name: `policies of ${name}`, words: `its own${also}` };
  if (policies.includes(name)) return { ...step, state: 'there' };
  return { ...step, state: 'missing', apply: () => roles.attach(name, name) };
}

const texts = z.union([z.array(z.string()), z.string().transform(one => [one])]);
const allowing = z.strictObject({ Effect: z.literal('Allow'), Action: texts, Resource: texts });
const policySchema = z.object({ Statement: z.array(z.unknown()) });

/** One line for each action and resource; a statement with more in it than these is a line of its own. */
function rightsIn(policy: unknown): string[] {
  const { Statement } = policySchema.parse(policy);
  const rights = Statement.flatMap(statement => {
    const { data } = allowing.safeParse(statement);
    if (!data) return [JSON.stringify(statement)];
    return data.Action.flatMap(action => data.Resource.map(resource => `${action} ${resource}`));
  });
  return [...new Set(rights)].sort();
}

const trustSchema = z.object({
  Statement: z.array(
    z.strictObject({
      Effect: z.literal('Allow'),
      Action: z.literal('sts:AssumeRole').or(z.tuple([z.literal('sts:AssumeRole')])),
      Principal: z.record(z.string(), texts),
    }),
  ),
});

/** `Service fc.aliyuncs.com`; what is said in another way is shown as it is. */
function takerOf(trust: unknown): string {
  const { data } = trustSchema.safeParse(trust);
  if (!data) return JSON.stringify(trust);
  const takers = data.Statement.flatMap(({ Principal }) =>
    Object.entries(Principal).flatMap(([kind, names]) => names.map(name => `${kind} ${name}`)),
  );
  return [...new Set(takers)].sort().join(', ');
}

function isSame(found: unknown, wanted: unknown): boolean {
  return takerOf(found) === takerOf(wanted);
}

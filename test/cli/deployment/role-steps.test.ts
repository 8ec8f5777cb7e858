import { describe, expect, it } from 'vitest';
import { roleSteps, type WantedRole } from '../../../cli/deployment/role-steps.ts';
import type { Step } from '../../../cli/deployment/steps.ts';
import { ramRoles } from '../../../shared/adapters/ram/roles.ts';
import { key, ramApi } from '../../support/ram-api.ts';

const trustIn = (...Service: string[]) => ({
  Version: '1',
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service } }],
});
const policyOf = (...Action: string[]) => ({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action, Resource: ['acs:oss:*:*:d/*'] }],
});
const wanted = (policy: object = policyOf('oss:GetObject')): WantedRole => ({
  name: 'darkroom-sweep',
  trust: trustIn('fc.aliyuncs.com'),
  policy,
});

async function account() {
  const ram = await ramApi();
  const roles = ramRoles({ endpoint: ram.endpoint, credentials: key });
  const stepsFor = (role = wanted(), replaceTrust = false) => roleSteps(role, roles, replaceTrust);
  const settle = async (role = wanted()) => applyAll(await stepsFor(role));
  return { ram, roles, stepsFor, settle };
}

async function applyAll(steps: Step[]): Promise<void> {
  for (const step of steps) await step.apply?.();
}

const states = (steps: Step[]) => steps.map(({ state }) => state);

describe('the role of a function', () => {
  it('is shown first, made then, and left alone after that', async () => {
    const { ram, stepsFor } = await account();
    const first = await stepsFor();
    expect(states(first)).toEqual(['missing', 'missing', 'missing']);
    expect(ram.changes).toEqual([]);
    await applyAll(first);
    expect(ram.changes).toEqual(['CreateRole', 'CreatePolicy', 'AttachPolicyToRole']);
    const second = await stepsFor();
    expect(states(second)).toEqual(['there', 'there', 'there']);
    await applyAll(second);
    expect(ram.changes).toHaveLength(3);
    expect(ram.roles.get('darkroom-sweep')?.policies).toEqual(['darkroom-sweep']);
  });

  it.each([
    ['another role', 'GetRole', { Role: { RoleName: 'other', AssumeRolePolicyDocument: '{}' } }],
    [
      'another policy',
      'GetPolicy',
      { Policy: { PolicyName: 'other' }, DefaultPolicyVersion: { PolicyDocument: '{}' } },
    ],
  ])('is left alone where RAM tells of %s', async (_, misled, answer) => {
    const { ram, stepsFor, settle } = await account();
    await settle();
    const before = ram.changes.length;
    ram.tells = (action, right) => (action === misled ? answer : right);
    await expect(stepsFor(wanted(policyOf('oss:PutObject')))).rejects.toMatchObject({
      code: 'SETUP_BUSY',
      message: expect.stringMatching(/expected darkroom-sweep, received other$/),
    });
    expect(ram.changes).toHaveLength(before);
  });

  it.each(['GetRole', 'ListPoliciesForRole', 'GetPolicy', 'ListPolicyVersions'])(
    'is left alone where the answer to %s is cut',
    async cut => {
      const { ram, stepsFor, settle } = await account();
      await settle();
      const before = ram.changes.length;
      ram.tells = (action, right) => (action === cut ? {} : right);
      await expect(stepsFor()).rejects.toMatchObject({ code: 'UNEXPECTED' });
      expect(ram.changes).toHaveLength(before);
    },
  );

  it('that was made in part is made whole', async () => {
    const { ram, stepsFor } = await account();
    const [role, policy] = await stepsFor();
    await role?.apply?.();
    await policy?.apply?.();
    const rest = await stepsFor();
    expect(states(rest)).toEqual(['there', 'there', 'missing']);
    await applyAll(rest);
    expect(ram.changes).toEqual(['CreateRole', 'CreatePolicy', 'AttachPolicyToRole']);
  });

  it('that others may take is left as it is, with its policy', async () => {
    const { ram, roles, stepsFor } = await account();
    await roles.create('darkroom-sweep', trustIn('ecs.aliyuncs.com', 'fc.aliyuncs.com'));
    const steps = await stepsFor();
    expect(steps).toEqual([
      {
        name: 'role darkroom-sweep',
        words:
          'expected that Service fc.aliyuncs.com may take it, received Service ecs.aliyuncs.com, Service fc.aliyuncs.com: delete it, or --replace-trust',
        state: 'wrong',
      },
    ]);
    await applyAll(steps);
    expect(ram.changes).toEqual(['CreateRole']);
  });

  it('that others may take is taken from them where one says so', async () => {
    const { ram, roles, stepsFor } = await account();
    await roles.create('darkroom-sweep', trustIn('ecs.aliyuncs.com'));
    const steps = await stepsFor(wanted(), true);
    expect(states(steps)).toEqual(['other', 'missing', 'missing']);
    await applyAll(steps);
    expect(JSON.parse(ram.roles.get('darkroom-sweep')?.trust ?? '')).toEqual(wanted().trust);
  });

  it('whose trust has a condition is another', async () => {
    const { roles, stepsFor } = await account();
    const [statement] = trustIn('fc.aliyuncs.com').Statement;
    const Statement = [{ ...statement, Condition: { Bool: { 'acs:MFAPresent': 'true' } } }];
    await roles.create('darkroom-sweep', { Version: '1', Statement });
    expect(states(await stepsFor())).toEqual(['wrong']);
  });

  it('keeps policies that others gave it, and says which', async () => {
    const { ram, roles, settle, stepsFor } = await account();
    await settle();
    await roles.createPolicy('theirs', JSON.stringify(policyOf('oss:PutObject')));
    await roles.attach('theirs', 'darkroom-sweep');
    const steps = await stepsFor();
    expect(steps.at(-1)).toMatchObject({
      state: 'there',
      words: 'its own; it also has theirs, which is left',
    });
    await applyAll(steps);
    expect(ram.roles.get('darkroom-sweep')?.policies).toEqual(['darkroom-sweep', 'theirs']);
  });
});

describe('the policy of a role', () => {
  it('that is otherwise is shown by its rights, and gets a new version', async () => {
    const { ram, settle, stepsFor } = await account();
    await settle(wanted(policyOf('oss:GetObject', 'oss:DeleteObject')));
    const steps = await stepsFor(wanted(policyOf('oss:GetObject', 'oss:PutObject')));
    expect(steps[1]).toMatchObject({
      state: 'other',
      words: 'a new version\n+ oss:PutObject acs:oss:*:*:d/*\n- oss:DeleteObject acs:oss:*:*:d/*',
    });
    await applyAll(steps);
    const { inForce, versions } = ram.policies.get('darkroom-sweep')!;
    expect([inForce, versions.length]).toEqual(['v2', 2]);
  });

  it('that says the same in another order and form is the same', async () => {
    const { stepsFor, settle } = await account();
    await settle(wanted(policyOf('oss:PutObject', 'oss:GetObject')));
    const Statement = ['oss:GetObject', 'oss:PutObject'].map(Action => ({
      Resource: 'acs:oss:*:*:d/*',
      Effect: 'Allow',
      Action,
    }));
    expect(states(await stepsFor(wanted({ Version: '1', Statement })))).toEqual([
      'there',
      'there',
      'there',
    ]);
  });

  it('with a denial that somebody added is otherwise, and the denial is shown', async () => {
    const { stepsFor, settle } = await account();
    const denial = { Effect: 'Deny', Action: ['oss:*'], Resource: ['*'] };
    const { Statement } = policyOf('oss:GetObject');
    await settle(wanted({ Version: '1', Statement: [...Statement, denial] }));
    expect((await stepsFor())[1]?.words).toBe(`a new version\n- ${JSON.stringify(denial)}`);
  });

  it('that has as many versions as RAM keeps loses the oldest, never the one in force, and it is said', async () => {
    const { ram, roles, settle, stepsFor } = await account();
    await settle();
    for (const action of ['A', 'B', 'C', 'D']) {
      await roles.addVersion('darkroom-sweep', JSON.stringify(policyOf(`oss:${action}`)));
    }
    const policy = ram.policies.get('darkroom-sweep')!;
    policy.inForce = 'v1';
    const steps = await stepsFor(wanted(policyOf('oss:PutObject')));
    expect(steps[1]?.words).toMatch(/\nits version v2 is removed, since RAM keeps 5$/);
    await applyAll(steps);
    expect(policy.versions.map(({ id }) => id)).toEqual(['v1', 'v3', 'v4', 'v5', 'v6']);
    expect(policy.inForce).toBe('v6');
  });
});

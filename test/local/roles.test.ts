import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { previewTemplate } from '../../local/service/preview.ts';
import { grantsOf, openRole, policiesFolder, policySchema, resolved } from '../../local/roles.ts';

let places: Record<string, string> = {};
const root = join(policiesFolder, '..');
const arn = (rest: string) => rest.replace('~', `${places.region}:${places.accountId}:`);

interface Props {
  functionName: string;
  role: string;
  logConfig?: { project: string; logstore: string };
  asyncInvokeConfig?: { destinationConfig?: Record<string, { destination: string }> };
  triggers?: { triggerName: string; triggerType: string; invocationRole?: string }[];
}
let functions: [string, Props][] = [];
beforeAll(async () => {
  const { resources, vars } = (await previewTemplate(join(root, 's.yaml'), {})) as {
    resources: Record<string, { props: Props }>;
    vars: Record<string, string>;
  };
  places = vars;
  functions = Object.entries(resources).map(([name, { props }]) => [name, props]);
});

describe('in s.yaml', () => {
  it('each function has the role that its policy is named after', () => {
    for (const [name, { role }] of functions) {
      expect(role).toBe(`acs:ram::${places.accountId}:role/darkroom-${name}`);
    }
  });

  it('each OSS trigger has a role of its own, which may call that function alone', async () => {
    const triggers = functions.flatMap(([, { triggers = [], functionName }]) =>
      triggers.filter(one => one.triggerType === 'oss').map(one => ({ ...one, functionName })),
    );
    expect(triggers.length).toBeGreaterThan(1);
    for (const { triggerName, invocationRole, functionName } of triggers) {
      expect(invocationRole).toBe(
        `acs:ram::${places.accountId}:role/darkroom-trigger-${triggerName}`,
      );
      expect(await grantsOf(`trigger-${triggerName}`, places)).toEqual([
        arn(`fc:InvokeFunction acs:fc:~functions/${functionName}`),
      ]);
    }
  });

  it('each function may send to its own destinations, and write its own logs, and to no others', async () => {
    for (const [name, { asyncInvokeConfig, logConfig }] of functions) {
      const destinations = Object.values(asyncInvokeConfig?.destinationConfig ?? {});
      const wanted = [
        ...destinations.map(({ destination }) => `${sending(destination)} ${destination}`),
        ...(logConfig ? [logging(logConfig)] : []),
      ];
      const given = (await grantsOf(name, places)).filter(
        grant => !/^(oss|fc|cdn|yundun-greenweb):/.test(grant),
      );
      expect([name, given.sort()]).toEqual([name, [...new Set(wanted)].sort()]);
    }
  });

  it('no policy is left over', async () => {
    const triggers = functions.flatMap(([, { triggers = [] }]) =>
      triggers.filter(one => one.triggerType === 'oss').map(one => `trigger-${one.triggerName}`),
    );
    const wanted = [...functions.map(([name]) => name), ...triggers].map(name => `${name}.json`);
    expect((await readdir(policiesFolder)).sort()).toEqual(wanted.sort());
  });
});

function logging({ project, logstore }: NonNullable<Props['logConfig']>): string {
  return arn(`log:PostLogStoreLogs acs:log:~project/${project}/logstore/${logstore}`);
}

/** https://www.alibabacloud.com/help/en/fc/user-guide/result-callback: what each kind of destination asks for. */
function sending(destination: string): string {
  return destination.includes(':/topics/') ? 'mns:PublishMessage' : 'mns:SendMessage';
}

describe('a policy', () => {
  it('names each action, and no resource but those of Darkroom', async () => {
    for (const file of await readdir(policiesFolder)) {
      const text = await readFile(join(policiesFolder, file), 'utf8');
      const { Statement } = policySchema.parse(JSON.parse(text));
      for (const { Action, Resource } of Statement) {
        expect([
          file,
          Action.filter(action => !/^(oss|fc|mns|log|cdn|yundun-greenweb):[A-Za-z]+$/.test(action)),
        ]).toEqual([file, []]);
        // A verdict is of no resource: the picture is in the call.
        if (Action.join() === 'yundun-greenweb:ImageModeration') continue;
        expect([
          file,
          Resource.filter(resource => !/^acs:[^*]*:\*?:?\*?:?.*\$\{\w+\}/.test(resource)),
        ]).toEqual([file, []]);
      }
    }
  });

  it.each([
    ['a condition', { Condition: {} }],
    ['a denial', { Effect: 'Deny' }],
    ['an exception', { NotAction: ['oss:GetObject'] }],
  ])('with %s is refused, since it would not be enforced here', (_, more) => {
    const statement = { Effect: 'Allow', Action: ['oss:GetObject'], Resource: ['*'], ...more };
    expect(policySchema.safeParse({ Version: '1', Statement: [statement] }).success).toBe(false);
  });

  it('may name only what there is', () => {
    const secrets = ['$', '{secrets}'].join('');
    expect(() =>
      resolved(`acs:oss:*:*:${secrets}`, { region: 'r', config: 'c' }, 'ram/x.json'),
    ).toThrow(`ram/x.json: expected one of region, config, received ${secrets}`);
  });
});

describe('a role', () => {
  const { credential, used } = openRole('test', [
    'oss:GetObject acs:oss:*:*:d/*',
    'oss:GetObject acs:oss:*:*:c/presets.in-force.json',
  ]);
  it.each([
    ['oss:GetObject', 'acs:oss:cn-hangzhou:1:d/a/b.jpg', true],
    ['oss:GetObject', 'acs:oss:cn-hangzhou:1:d/a\nb', true],
    ['oss:PutObject', 'acs:oss:cn-hangzhou:1:d/a/b.jpg', false],
    ['oss:GetObject', 'acs:oss:cn-hangzhou:1:d', false],
    ['oss:GetObject', 'acs:oss:cn-hangzhou:1:dd/a', false],
    ['oss:GetObject', 'acs:oss:cn-hangzhou:1:c/presets.in-force.json', true],
    ['oss:GetObject', 'acs:oss:cn-hangzhou:1:c/presetsXin-force.json', false],
    ['oss:GetObject', 'acs:oss:cn-hangzhou:1:c/presets.in-force.json.bak', false],
  ])('asked for %s of %j answers %j', (action, resource, answer) => {
    expect(credential.may(action, resource)).toBe(answer);
  });

  it('remembers which of its rights were needed', () => {
    expect(used.size).toBe(2);
  });
});

import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findingsOf } from '../../../cli/deployment/doctor-checks.ts';
import { asDeclared } from '../../../cli/deployment/doctor-functions.ts';
import { compareDeployed, type Deployed, driftOf } from '../../../cli/deployment/drift.ts';
import { startFcApi } from '../../../local/fc-api/server.ts';
import { listenOnLoopback } from '../../../local/oss-server/listen.ts';
import type { FunctionDefinition, ServiceDefinition } from '../../../local/service-definition.ts';
import { fcSettings } from '../../../shared/adapters/fc/function-settings.ts';

const key = { accessKeyId: 'LOCAL1', accessKeySecret: 'of-the-test' };
const place = { region: 'cn-hangzhou', accountId: '1' };
const PUT = 'oss:ObjectCreated:PutObject';
const POST = 'oss:ObjectCreated:PostObject';

const originals = {
  name: 'originals-changed',
  type: 'oss' as const,
  bucket: 'originals',
  events: [PUT, POST],
  prefix: '',
  suffix: '',
};
const tend = {
  name: 'tend',
  type: 'timer' as const,
  cron: '@every 5m',
  enabled: true,
  payload: '{}',
};
const provisionConfig: FunctionDefinition['provisionConfig'] = {
  defaultTarget: 3,
  alwaysAllocateCPU: false,
  alwaysAllocateGPU: false,
  scheduledActions: [],
  targetTrackingPolicies: [],
};

function definition(more: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
    resource: 'on-object-changed',
    name: 'darkroom-on-object-changed',
    handler: 'index.handler',
    code: '/nowhere',
    vCpus: 2,
    memoryMB: 2048,
    timeoutSeconds: 120,
    environment: {},
    maxAsyncRetryAttempts: 3,
    maxAsyncEventAgeSeconds: 86_400,
    asyncTask: false,
    hasAsyncInvokeConfig: true,
    provisionConfig: undefined,
    reservedConcurrency: undefined,
    logs: { project: 'p', store: 's' },
    destinations: {},
    triggers: [originals, tend],
    ...more,
  };
}

/** FC's API, with this function as it was deployed before. */
async function deployed(...functions: FunctionDefinition[]) {
  const service: ServiceDefinition = { ...place, vars: {}, functions };
  const api = await startFcApi({ port: 0, host: () => undefined, service, credentials: [key] });
  onTestFinished(() => api.close());
  return fcSettings({ endpoint: api.endpoint, credentials: key });
}

const file = (...functions: FunctionDefinition[]) => ({ ...place, vars: {}, functions });

/** An API that answers whatever is listed with what is of another function, or with a page that leads to itself. */
async function misled(answer: object) {
  const { port, close } = await listenOnLoopback(
    () =>
      createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
      }),
    0,
  );
  onTestFinished(() => close());
  return fcSettings({ endpoint: `http://127.0.0.1:${port}`, credentials: key });
}

describe('a list that is not whole, or of another function,', () => {
  const functionArn = 'acs:fc:cn-hangzhou:1:functions/other/blue';
  const ofOther = { triggerName: 'up', triggerType: 'oss', targetArn: functionArn };
  const config = { functionArn, defaultTarget: 3 };
  it.each([
    [{ triggers: [ofOther] }, /expected those of darkroom-.*, received those of other/],
    [{ configs: [config] }, /expected those of darkroom-.*, received those of other/],
    [{ provisionConfigs: [config] }, /expected those of darkroom-.*, received those of other/],
    [{ triggers: [], nextToken: 'again' }, /expected the pages of the list to end/],
  ])(
    'leaves nothing over: nobody can tell (%j)',
    async (answer, sentence) => {
      const fc = await misled(answer);
      const declared = file(definition({ hasAsyncInvokeConfig: false }));
      await expect(compareDeployed(declared, fc)).rejects.toMatchObject({
        code: 'SETUP_BUSY',
        message: expect.stringMatching(sentence),
      });
      const connection = { cloud: { functions: () => fc } } as Parameters<typeof asDeclared>[0];
      const look = () => asDeclared(connection, async () => declared);
      const [finding, ...more] = await findingsOf(['deployment', look]);
      expect(more).toEqual([]);
      expect(finding).toMatchObject({ state: 'bad', words: expect.stringMatching(sentence) });
    },
    30_000,
  );
});

describe('before a deployment', () => {
  it('what is as in s.yaml, in whatever order, leaves nothing over', async () => {
    const other = { ...originals, events: [POST, PUT] };
    const fc = await deployed(definition({ triggers: [tend, other] }));
    expect(await compareDeployed(file(definition()), fc)).toBe(
      'What is deployed leaves nothing over.',
    );
  });

  it('a function that is not there yet is no difference', async () => {
    const fc = await deployed();
    expect(await compareDeployed(file(definition()), fc)).toMatch(/nothing over/);
  });

  it('a trigger of another bucket is refused, since no deployment moves it', async () => {
    const fc = await deployed(definition({ triggers: [{ ...originals, bucket: 'old' }, tend] }));
    await expect(compareDeployed(file(definition()), fc)).rejects.toThrow(
      'darkroom-on-object-changed: expected trigger originals-changed to be of acs:oss:cn-hangzhou:1:originals, as in s.yaml, it is of acs:oss:cn-hangzhou:1:old. npx s on-object-changed remove --trigger originals-changed -y, then npm run deploy: a deployment alone leaves it there',
    );
  });

  it('what s.yaml has no more is named with the command that removes it', async () => {
    const fc = await deployed(definition({ provisionConfig }));
    const now = definition({ triggers: [originals], hasAsyncInvokeConfig: false });
    expect((await compareDeployed(file(now), fc)).split('\n')).toEqual([
      'darkroom-on-object-changed: has trigger tend (timer), s.yaml has not. npx s on-object-changed remove --trigger tend -y',
      'darkroom-on-object-changed: has asyncInvokeConfig of LATEST, s.yaml has not. npx s on-object-changed remove --async-invoke-config -y',
      'darkroom-on-object-changed: has provisionConfig of LATEST, which is paid for, s.yaml has not. npx s on-object-changed provision remove --qualifier LATEST -y',
    ]);
  });

  it('a whole function that s.yaml has no more is named, be it on a later page, and others are not', async () => {
    const many = Array.from({ length: 150 }, (_, at) => definition({ name: `darkroom-a${at}` }));
    const fc = await deployed(...many, definition({ name: 'shop' }), definition());
    expect(await compareDeployed(file(...many), fc)).toBe(
      'darkroom-on-object-changed: is a whole function that s.yaml has not. npx s cli fc3 remove --region cn-hangzhou --function-name darkroom-on-object-changed -y',
    );
  });

  it('what the deployment is about to change is not told', async () => {
    const fc = await deployed(definition({ triggers: [{ ...originals, events: [PUT] }] }));
    expect(await compareDeployed(file(definition()), fc)).toMatch(/nothing over/);
  });
});

describe('what is deployed', () => {
  const config = { events: [PUT, POST], filter: { key: { prefix: '', suffix: '' } } };
  const source = 'acs:oss:cn-hangzhou:1:originals';
  const trigger = { name: 'originals-changed', type: 'oss', source, config };
  const none = { asyncInvokeConfigs: [], provisionConfigs: [] };
  const kinds = (triggers: Deployed['triggers']) =>
    driftOf(place, definition({ triggers: [originals] }), { ...none, triggers }).map(
      ({ kind }) => kind,
    );

  it.each<[string, Deployed['triggers'], string[]]>([
    ['with fields that FC adds is as declared', [{ ...trigger, config: { ...config, x: 1 } }], []],
    ['without its trigger is not deployed', [], ['not deployed']],
    [
      'for other events is not deployed',
      [{ ...trigger, config: { ...config, events: [PUT] } }],
      ['not deployed'],
    ],
    [
      'without a filter is not deployed',
      [{ ...trigger, config: { events: config.events } }],
      ['not deployed'],
    ],
    ['of another type is moved', [{ ...trigger, type: 'eventbridge' }], ['moved']],
    [
      'of another account is moved',
      [{ ...trigger, source: 'acs:oss:cn-hangzhou:2:originals' }],
      ['moved'],
    ],
    ['with one more has it left over', [trigger, { ...trigger, name: 'old' }], ['left over']],
  ])('%s', (_, triggers, expected) => {
    expect(kinds(triggers)).toEqual(expected);
  });
});

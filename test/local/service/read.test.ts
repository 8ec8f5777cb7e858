import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { previewTemplate } from '../../../local/service/preview.ts';
import { readService } from '../../../local/service/read.ts';

const file = resolve(import.meta.dirname, '../../../s.yaml');

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
let good: Json;
beforeAll(async () => {
  good = (await previewTemplate(file, {})) as Json;
});

/** The good file with one value replaced, or removed where there is none. */
function changed(path: string, value?: Json): Json {
  const copy = structuredClone(good);
  const steps = path.split('/');
  const last = steps.pop()!;
  const parent = steps.reduce((inner, step) => (inner as Record<string, Json>)[step]!, copy);
  if (value === undefined) delete (parent as Record<string, Json>)[last];
  else (parent as Record<string, Json>)[last] = value;
  return copy;
}

function problemsIn(service: Json): string[] {
  const read = readService(service);
  return 'problems' in read ? read.problems : [];
}

const UPLOADS = 'resources/on-object-changed/props';
const WORKER = 'resources/backfill/props';
const EDITED = 'resources/on-presets-edited/props';
const MISS = 'resources/on-cdn-miss/props';
const ORIGINALS = 'darkroom-originals';
const trigger = (
  more: Record<string, Json> = {},
  { name = 'another', bucket = 'darkroom-others' } = {},
): Json => ({
  triggerName: name,
  triggerType: 'oss',
  sourceArn: `acs:oss:cn-hangzhou:1234567890123456:${bucket}`,
  triggerConfig: {
    events: ['oss:ObjectCreated:PutSymlink'],
    filter: { key: { prefix: '', suffix: '' } },
    ...more,
  },
});

describe('the s.yaml of Darkroom', () => {
  it('has nothing wrong with it', () => {
    expect(problemsIn(good)).toEqual([]);
  });

  it('takes the instances that the runbook provides for a spike', () => {
    const runbook = readFileSync(resolve(file, '../docs/runbook.md'), 'utf8');
    const { provisionConfig } = parse(/```yaml\n([\s\S]*?)```/.exec(runbook)?.[1] ?? '');
    expect(provisionConfig.scheduledActions).toHaveLength(1);
    expect(problemsIn(changed(`${UPLOADS}/provisionConfig`, provisionConfig))).toEqual([]);
  });

  it.each(['on-object-changed', 'backfill', 'on-presets-edited', 'sweep'])(
    'lets %s be stopped, as the runbook says, by giving it no instance',
    name => {
      const stopped = changed(`resources/${name}/props/concurrencyConfig`, {
        reservedConcurrency: 0,
      });
      expect(problemsIn(stopped)).toEqual([]);
    },
  );
});

/** What is changed in the good file, to what, and the one sentence that says so. */
const mutations: [string, Json | undefined, string][] = [
  // fields
  [
    `${UPLOADS}/memroySize`,
    2048,
    'resources.on-object-changed.props: expected one of the keys region, functionName, description, runtime, handler, code, cpu, memorySize, diskSize, timeout, role, internetAccess, vpcConfig, environmentVariables, logConfig, asyncInvokeConfig, concurrencyConfig, provisionConfig, triggers, received memroySize; did you mean memorySize?',
  ],
  [
    `${UPLOADS}/region`,
    'Hangzhou',
    'resources.on-object-changed.props.region: expected a region such as cn-hangzhou, received "Hangzhou"',
  ],
  [
    `${UPLOADS}/region`,
    'oss-cn-hangzhou',
    'resources.on-object-changed.props.region: expected a region such as cn-hangzhou, received "oss-cn-hangzhou"',
  ],
  [
    `${UPLOADS}/runtime`,
    'nodejs22',
    'resources.on-object-changed.props.runtime: expected nodejs20, received "nodejs22"; did you mean nodejs20?',
  ],
  [
    `${UPLOADS}/functionName`,
    '1st',
    'resources.on-object-changed.props.functionName: expected 1 to 64 of A-Z a-z 0-9 _ -, received "1st"',
  ],
  [
    `${UPLOADS}/handler`,
    'index',
    'resources.on-object-changed.props.handler: expected file.export, e.g. index.handler, received "index"',
  ],
  [
    `${UPLOADS}/cpu`,
    0.33,
    'resources.on-object-changed.props.cpu: expected a multiple of 0.05 vCPU, received 0.33',
  ],
  [`${UPLOADS}/cpu`, 17, 'resources.on-object-changed.props.cpu: expected at most 16, received 17'],
  [
    `${UPLOADS}/memorySize`,
    2000,
    'resources.on-object-changed.props.memorySize: expected a multiple of 64 MB, received 2000',
  ],
  [
    `${UPLOADS}/memorySize`,
    64,
    'resources.on-object-changed.props.memorySize: expected at least 128, received 64',
  ],
  [
    `${UPLOADS}/diskSize`,
    1024,
    'resources.on-object-changed.props.diskSize: expected 512 or 10240 MB, received 1024',
  ],
  [
    `${UPLOADS}/timeout`,
    undefined,
    'resources.on-object-changed.props.timeout: expected a number, received nothing',
  ],
  [
    `${UPLOADS}/timeout`,
    86_401,
    'resources.on-object-changed.props.timeout: expected at most 86400, received 86401',
  ],
  [
    `${UPLOADS}/role`,
    '',
    'resources.on-object-changed.props.role: expected acs:ram::account:role/name in lower case, received ""',
  ],
  [
    `${UPLOADS}/role`,
    undefined,
    'resources.on-object-changed.props.role: expected acs:ram::account:role/name in lower case, received nothing',
  ],
  [
    `${UPLOADS}/role`,
    'acs:ram::1234567890123456:role/Darkroom',
    'resources.on-object-changed.props.role: expected acs:ram::account:role/name in lower case, received "acs:ram::1234567890123456:role/Darkroom"',
  ],
  [
    `${UPLOADS}/environmentVariables/N`,
    9000,
    'resources.on-object-changed.props.environmentVariables.N: expected a string, received 9000',
  ],
  [
    `${UPLOADS}/logConfig`,
    'auto',
    'resources.on-object-changed.props.logConfig: expected an object, received "auto"',
  ],
  [
    `${UPLOADS}/logConfig/enableRequestMetrics`,
    false,
    'resources.on-object-changed.props.logConfig.enableRequestMetrics: expected true, received false',
  ],
  // asynchronous invocations
  [
    `${UPLOADS}/asyncInvokeConfig/maxAsyncRetryAttempts`,
    9,
    'resources.on-object-changed.props.asyncInvokeConfig.maxAsyncRetryAttempts: expected at most 8, received 9',
  ],
  [
    `${UPLOADS}/asyncInvokeConfig/maxAsyncRetryAttempts`,
    undefined,
    'resources.on-object-changed.props.asyncInvokeConfig.maxAsyncRetryAttempts: expected a number, received nothing',
  ],
  [
    `${UPLOADS}/asyncInvokeConfig/maxAsyncEventAgeInSeconds`,
    2_592_000,
    'resources.on-object-changed.props.asyncInvokeConfig.maxAsyncEventAgeInSeconds: expected at most 604800, received 2592000',
  ],
  [
    `${UPLOADS}/asyncInvokeConfig/destinationConfig/onFailure`,
    undefined,
    'resources.on-object-changed.props.asyncInvokeConfig.destinationConfig.onFailure: expected an object, received nothing',
  ],
  [
    `${UPLOADS}/asyncInvokeConfig/destinationConfig/onFailed`,
    {},
    'resources.on-object-changed.props.asyncInvokeConfig.destinationConfig: expected one of the keys onSuccess, onFailure, received onFailed; did you mean onFailure?',
  ],
  [
    `${UPLOADS}/asyncInvokeConfig/destinationConfig/onFailure/destination`,
    'acs:mns:cn-hangzhou:1234567890123456:queues/f',
    'resources.on-object-changed.props.asyncInvokeConfig.destinationConfig.onFailure.destination: expected acs:mns:region:account:/queues/name/messages, …:/topics/name/messages, acs:fc:region:account:functions/name or acs:eventbridge:region:account:eventbus/name, received "acs:mns:cn-hangzhou:1234567890123456:queues/f"',
  ],
  [
    `${UPLOADS}/asyncInvokeConfig`,
    undefined,
    'resources.on-object-changed.props.asyncInvokeConfig: expected one with retries, age and onFailure, since it is invoked asynchronously, received nothing',
  ],
  // triggers
  [
    `${UPLOADS}/triggers/0/triggerType`,
    'ossx',
    'resources.on-object-changed.props.triggers.0.triggerType: expected a triggerType that Darkroom reads: oss, timer, http, received "ossx"',
  ],
  [
    `${UPLOADS}/triggers/0/triggerName`,
    'a b',
    'resources.on-object-changed.props.triggers.0.triggerName: expected 1 to 128 of A-Z a-z 0-9 _ -, no digit first, received "a b"',
  ],
  [
    `${UPLOADS}/triggers/0/bucketName`,
    'x',
    'resources.on-object-changed.props.triggers.0: expected one of the keys triggerName, description, qualifier, triggerType, sourceArn, invocationRole, triggerConfig, received bucketName',
  ],
  [
    `${UPLOADS}/triggers/0/sourceArn`,
    'darkroom-originals',
    'resources.on-object-changed.props.triggers.0.sourceArn: expected acs:oss:region:account:bucket, received "darkroom-originals"',
  ],
  [
    `${UPLOADS}/triggers/0/triggerConfig/events/0`,
    'oss:ObjectCreated:PutObjekt',
    'resources.on-object-changed.props.triggers.0.triggerConfig.events.0: expected oss:ObjectCreated:*, oss:ObjectCreated:PutObject, oss:ObjectCreated:PostObject, oss:ObjectCreated:CompleteMultipartUpload, oss:ObjectCreated:PutSymlink, oss:ObjectCreated:CopyObject, oss:ObjectCreated:InitiateMultipartUpload, oss:ObjectCreated:UploadPart, oss:ObjectCreated:UploadPartCopy, oss:ObjectCreated:AppendObject, oss:ObjectRemoved:DeleteObject, oss:ObjectRemoved:DeleteObjects, oss:ObjectRemoved:AbortMultipartUpload or oss:ObjectModified:UpdateObjectMeta, received "oss:ObjectCreated:PutObjekt"; did you mean oss:ObjectCreated:PutObject?',
  ],
  [
    `${UPLOADS}/triggers/0/triggerConfig/events/0`,
    'oss:ObjectCreated:*',
    'resources.on-object-changed.props.triggers.0.triggerConfig.events: expected events of whole objects, one by one, received oss:ObjectCreated:*',
  ],
  [
    `${UPLOADS}/triggers/0/triggerConfig/filter`,
    { Key: { Prefix: '', Suffix: '' } },
    'resources.on-object-changed.props.triggers.0.triggerConfig.filter: expected one of the keys key, received Key; did you mean key?',
  ],
  [
    `${UPLOADS}/triggers/0/triggerConfig/filter/key/suffix`,
    undefined,
    'resources.on-object-changed.props.triggers.0.triggerConfig.filter.key.suffix: expected a string, received nothing',
  ],
  [
    `${UPLOADS}/triggers/0/sourceArn`,
    'acs:oss:cn-hangzhou:1234567890123456:darkroom-derivatives',
    'resources.on-object-changed.props.triggers.0.sourceArn: expected a bucket that no function writes derivatives to, received darkroom-derivatives',
  ],
  [
    `${UPLOADS}/triggers/1`,
    trigger(
      {
        events: ['oss:ObjectCreated:PutObject'],
        filter: { key: { prefix: 'users/', suffix: '.jpg' } },
      },
      { bucket: ORIGINALS },
    ),
    'resources.on-object-changed.props.triggers.1: expected other keys or events than resources.on-object-changed.props.triggers.0 in bucket darkroom-originals, received oss:ObjectCreated:PutObject for keys that both take',
  ],
  [
    `${UPLOADS}/triggers/1`,
    trigger({}, { name: 'originals-changed' }),
    'resources.on-object-changed.props.triggers: expected each triggerName once, received originals-changed twice',
  ],
  [
    `${EDITED}/triggers/1/triggerConfig/cronExpression`,
    '0 18 * * *',
    'resources.on-presets-edited.props.triggers.1.triggerConfig.cronExpression: expected @every 4m, or six fields such as 0 0 18 * * *, received "0 18 * * *"',
  ],
  [
    `${EDITED}/triggers/1/triggerConfig/cronExpression`,
    '@every 30s',
    'resources.on-presets-edited.props.triggers.1.triggerConfig.cronExpression: expected @every 4m, or six fields such as 0 0 18 * * *, received "@every 30s"',
  ],
  [
    `${EDITED}/triggers/1/triggerConfig/enable`,
    undefined,
    'resources.on-presets-edited.props.triggers.1.triggerConfig.enable: expected enable: true or false, received nothing',
  ],
  [
    `${MISS}/triggers/0/triggerConfig/methods/0`,
    'GETT',
    'resources.on-cdn-miss.props.triggers.0.triggerConfig.methods.0: expected GET, HEAD, POST, PUT, DELETE, PATCH or OPTIONS, received "GETT"; did you mean GET?',
  ],
  // between fields
  [
    `${UPLOADS}/memorySize`,
    1024,
    'resources.on-object-changed.props.memorySize: expected 1 to 4 GB for each vCPU, received 1024 MB for 2 vCPU',
  ],
  [
    `${UPLOADS}/memorySize`,
    8256,
    'resources.on-object-changed.props.memorySize: expected 1 to 4 GB for each vCPU, received 8256 MB for 2 vCPU',
  ],
  [
    `${UPLOADS}/code`,
    './dist/on-object-changed',
    'resources.on-object-changed.props.code: expected ./dist/on-object-changed.zip, as npm run package makes it, received ./dist/on-object-changed',
  ],
  [
    `${UPLOADS}/timeout`,
    64,
    'resources.on-object-changed.props.timeout: expected at least 65 s, two decoders of 30 s and 5 s to commit, received 64',
  ],
  [
    `${UPLOADS}/functionName`,
    'darkroom-on-cdn-miss',
    'resources: expected each functionName once, received darkroom-on-cdn-miss twice',
  ],
  [
    `${UPLOADS}/region`,
    'cn-shanghai',
    'resources: expected one region everywhere, received cn-shanghai and cn-hangzhou',
  ],
  [
    `${UPLOADS}/triggers/0/sourceArn`,
    'acs:oss:cn-shanghai:1234567890123456:darkroom-originals',
    'resources: expected one region everywhere, received cn-hangzhou and cn-shanghai',
  ],
  [
    `${UPLOADS}/role`,
    'acs:ram::42:role/darkroom',
    'resources: expected one account everywhere, received 42 and 1234567890123456',
  ],
  [
    `${UPLOADS}/environmentVariables/DARKROOM_DERIVATIVES_BUCKET`,
    'darkroom-originals',
    'resources.on-object-changed.props.environmentVariables.DARKROOM_DERIVATIVES_BUCKET: expected another bucket than DARKROOM_ORIGINALS_BUCKET: each derivative would fire the trigger again, received "darkroom-originals"',
  ],
  [
    `${UPLOADS}/environmentVariables/DARKROOM_CONFIG_BUCKET`,
    undefined,
    'resources.on-object-changed.props.environmentVariables.DARKROOM_CONFIG_BUCKET: expected the name of a bucket, received nothing',
  ],
  [
    `${WORKER}/asyncInvokeConfig/maxAsyncRetryAttempts`,
    2,
    'resources.backfill.props.asyncInvokeConfig.maxAsyncRetryAttempts: expected 8, as LAST_ATTEMPT in shared/pipeline/bulk/backfill.ts, received 2',
  ],
  [
    `${WORKER}/asyncInvokeConfig/asyncTask`,
    false,
    'resources.backfill.props.asyncInvokeConfig.asyncTask: expected true, since on-presets-edited gives each batch an id, received false',
  ],
  [
    `${WORKER}/concurrencyConfig`,
    undefined,
    'resources.backfill.props.concurrencyConfig.reservedConcurrency: expected a share of its own, so that uploads have the rest, received nothing',
  ],
  [
    `${WORKER}/functionName`,
    'worker',
    'resources.on-presets-edited.props.environmentVariables.DARKROOM_BACKFILL_FUNCTION: expected the functionName of a function here, received darkroom-backfill',
  ],
  [
    `${UPLOADS}/provisionConfig`,
    {
      defaultTarget: 0,
      alwaysAllocateCPU: false,
      alwaysAllocateGPU: false,
      scheduledActions: [
        {
          name: 'spike',
          startTime: '2026-12-31T11:00:00Z',
          endTime: '2027-01-01T04:00:00Z',
          target: 40,
          scheduleExpression: 'tomorrow',
        },
      ],
      targetTrackingPolicies: [],
    },
    'resources.on-object-changed.props.provisionConfig.scheduledActions.0.scheduleExpression: expected cron(…) of six fields, such as cron(0 0 12 31 12 *), or at(…), received "tomorrow"',
  ],
  [
    `${EDITED}/concurrencyConfig/reservedConcurrency`,
    2,
    'resources.on-presets-edited.props.concurrencyConfig.reservedConcurrency: expected 1, since a timer fires while the run before is under way, received 2',
  ],
  // the file as a whole
  [
    'access',
    '$\u007benv("A", "default")}',
    'access: expected a value that Serverless Devs resolves, received $\u007benv("A", "default")}',
  ],
  ['vars/accountId', 'me', 'vars.accountId: expected the number of an account, received "me"'],
  ['vars', undefined, 'vars: expected an object, received nothing'],
  ['resources', {}, 'resources: expected at least one function, received none'],
];

describe('a change for the worse is refused in one sentence', () => {
  it.each(mutations)('%s: %j', (path, value, sentence) => {
    expect(problemsIn(changed(path, value))).toContain(sentence);
  });

  it('for a setting that nobody reads, with those that there are', () => {
    const [problem] = problemsIn(
      changed(`${UPLOADS}/environmentVariables/DARKROOM_LOGLEVEL`, 'debug'),
    );
    expect(problem).toMatch(
      /^resources\.on-object-changed\.props\.environmentVariables: expected one of the settings .*DARKROOM_LOG_LEVEL.*, received DARKROOM_LOGLEVEL; did you mean DARKROOM_LOG_LEVEL\?$/,
    );
  });

  it('for the eleventh trigger of a bucket', () => {
    const many = Array.from({ length: 11 }, (_, index) =>
      trigger({ filter: { key: { prefix: `${index}/`, suffix: '' } } }, { name: `t${index}` }),
    );
    const { triggers } = (good as { resources: Record<string, { props: { triggers: Json[] } }> })
      .resources['on-object-changed']!.props;
    expect(problemsIn(changed(`${UPLOADS}/triggers`, [...triggers, ...many]))).toEqual([
      'resources: expected at most 10 triggers of bucket darkroom-others, received 11',
    ]);
  });

  it('for more environment than FC takes', () => {
    const [problem] = problemsIn(changed(`${UPLOADS}/environmentVariables/X`, 'x'.repeat(4096)));
    expect(problem).toMatch(
      /^resources\.on-object-changed\.props\.environmentVariables: expected at most 4096 bytes in all, received 4\d{3}$/,
    );
  });

  it('and every other at the same time', () => {
    const problems = problemsIn(changed(UPLOADS, { timeout: 3, code: 7 }));
    expect(problems).toContain(
      'resources.on-object-changed.props.code: expected a string, received 7',
    );
    expect(problems).toContain(
      'resources.on-object-changed.props.functionName: expected a string, received nothing',
    );
  });
});

describe('component fc3', () => {
  it.each(['fc3', 'devsapp/fc3', 'fc3@latest', 'fc3@0.1'])(
    'is refused where it is not of one version: %s',
    component => {
      expect(problemsIn(changed('resources/sweep/component', component))).toEqual([
        `resources.sweep.component: expected one version of fc3, such as fc3@0.1.25, received ${component}`,
      ]);
    },
  );

  it('may be another version, or a folder that stands in for it', () => {
    for (const component of ['fc3@0.2.0', './ci/fc3']) {
      expect(problemsIn(changed('resources/sweep/component', component))).toEqual([]);
    }
  });

  it('is of one version in all of s.yaml', () => {
    const { resources } = good as { resources: Record<string, { component: string }> };
    expect(new Set(Object.values(resources).map(({ component }) => component)).size).toBe(1);
  });
});

describe('a change that FC takes is taken', () => {
  it.each([
    [`${UPLOADS}/memorySize`, 8192],
    [`${UPLOADS}/cpu`, 1.45],
    [`${UPLOADS}/vpcConfig`, { vpcId: 'vpc-1', vSwitchIds: ['vsw-1'], securityGroupId: 'sg-1' }],
    [
      `${UPLOADS}/asyncInvokeConfig/destinationConfig/onSuccess`,
      { destination: 'acs:mns:cn-hangzhou:1234567890123456:/topics/ready/messages' },
    ],
    [`${UPLOADS}/triggers/1`, trigger()],
    ['resources/domain', { component: 'fc3-domain', props: {} }],
  ] as [string, Json][])('%s: %j', (path, value) => {
    expect(problemsIn(changed(path, value))).toEqual([]);
  });
});

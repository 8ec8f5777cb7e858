import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readServiceDefinition } from '../../local/service-definition.ts';
import { newFolder } from '../support/folders.ts';

const root = resolve(import.meta.dirname, '../..');

const template = `
edition: 3.0.0
name: test
vars: { accountId: "\${env('ACCOUNT', '0123')}" }
resources:
  one:
    component: fc3@0.1.25
    props:
      region: cn-hangzhou
      functionName: first
      runtime: nodejs20
      handler: index.handler
      code: ./dist/one.zip
      cpu: 0.5
      memorySize: 512
      diskSize: 512
      timeout: 70
      role: acs:ram::0123:role/first
      logConfig: { project: logs, logstore: functions, enableRequestMetrics: true }
      environmentVariables:
        DARKROOM_REGION: cn-hangzhou
        DARKROOM_ORIGINALS_BUCKET: photos
        DARKROOM_DERIVATIVES_BUCKET: derived
        DARKROOM_CONFIG_BUCKET: config
      asyncInvokeConfig:
        asyncTask: true
        maxAsyncRetryAttempts: 2
        maxAsyncEventAgeInSeconds: 3600
        destinationConfig: { onFailure: { destination: 'acs:mns:cn-hangzhou:0123:/queues/failed/messages' } }
      concurrencyConfig: { reservedConcurrency: 1 }
      triggers:
        - triggerName: changed
          triggerType: oss
          sourceArn: acs:oss:cn-hangzhou:0123:photos
          triggerConfig:
            events: ['oss:ObjectCreated:PutObject']
            filter: { key: { prefix: in/, suffix: .jpg } }
        - { triggerName: nightly, triggerType: timer, triggerConfig: { cronExpression: '@every 4m', enable: true } }
        - { triggerName: http, triggerType: http, triggerConfig: { authType: anonymous, methods: [GET], disableURLInternet: false } }
  domain: { component: fc3-domain, props: {} }
`;

async function fixture(text: string): Promise<string> {
  const folder = newFolder();
  await writeFile(join(folder, 's.yaml'), text);
  return join(folder, 's.yaml');
}

describe('the s.yaml of Darkroom', () => {
  it('is read as it would be deployed', async () => {
    const service = await readServiceDefinition(join(root, 's.yaml'), {});
    expect(service).toMatchObject({ region: 'cn-hangzhou', accountId: '1234567890123456' });
    expect(service.functions[0]).toMatchObject({
      resource: 'on-object-changed',
      name: 'darkroom-on-object-changed',
      handler: 'index.handler',
      code: join(root, 'dist/on-object-changed'),
      vCpus: 2,
      memoryMB: 2048,
      timeoutSeconds: 120,
      environment: { DARKROOM_ORIGINALS_BUCKET: 'darkroom-originals' },
      maxAsyncRetryAttempts: 3,
      maxAsyncEventAgeSeconds: 86_400,
      destinations: { onFailure: expect.stringContaining('darkroom-failures') },
    });
    expect(service.functions[0]?.triggers[0]).toMatchObject({
      name: 'originals-changed',
      type: 'oss',
      bucket: 'darkroom-originals',
      events: expect.arrayContaining(['oss:ObjectCreated:CompleteMultipartUpload']),
      prefix: '',
      suffix: '',
    });
  });

  it('follows the environment that it is given', async () => {
    const { region, functions } = await readServiceDefinition(join(root, 's.yaml'), {
      DARKROOM_REGION: 'cn-shanghai',
      DARKROOM_ORIGINALS_BUCKET: 'local',
    });
    expect(region).toBe('cn-shanghai');
    expect(functions[0]?.environment).toMatchObject({ DARKROOM_ORIGINALS_BUCKET: 'local' });
    expect(functions[0]?.triggers[0]).toMatchObject({ bucket: 'local' });
  });
});

describe('a service definition', () => {
  it('has what FC would do with it, triggers of each type, and only functions', async () => {
    const file = await fixture(template);
    const { functions, accountId, region } = await readServiceDefinition(file, {});
    expect({ accountId, region }).toEqual({ accountId: '0123', region: 'cn-hangzhou' });
    expect(functions.map(one => one.resource)).toEqual(['one']);
    expect(functions[0]).toMatchObject({
      // The folder that the zip is packed from.
      code: join(dirname(file), 'dist/one'),
      memoryMB: 512,
      timeoutSeconds: 70,
      maxAsyncRetryAttempts: 2,
      maxAsyncEventAgeSeconds: 3600,
      asyncTask: true,
      reservedConcurrency: 1,
      destinations: { onFailure: 'acs:mns:cn-hangzhou:0123:/queues/failed/messages' },
    });
    expect(functions[0]?.triggers).toEqual([
      {
        name: 'changed',
        type: 'oss',
        bucket: 'photos',
        events: ['oss:ObjectCreated:PutObject'],
        prefix: 'in/',
        suffix: '.jpg',
      },
      { name: 'nightly', type: 'timer', cron: '@every 4m', enabled: true, payload: '' },
      { name: 'http', type: 'http', config: expect.objectContaining({ authType: 'anonymous' }) },
    ]);
  });

  it('takes the timers that FC knows', async () => {
    const crons = [
      '@every 1m',
      '@every 10080m',
      '0 0 18 * * *',
      'CRON_TZ=Asia/Shanghai 0 30 4 * * MON-FRI',
    ];
    const [nightly = ''] = template.match(/ +- \{ triggerName: nightly.*\n/) ?? [];
    const timers = crons.map((cron, index) =>
      nightly.replace('nightly', `timer-${index}`).replace('@every 4m', cron),
    );
    const file = await fixture(template.replace(nightly, timers.join('')));
    const { functions } = await readServiceDefinition(file, {});
    expect(functions[0]?.triggers.flatMap(one => ('cron' in one ? [one.cron] : []))).toEqual(crons);
  });

  it('says all that is wrong with a function, in a sentence each that names the file', async () => {
    const broken = template
      .replace('timeout: 70', 'timeuot: 70\n      timeout: 70')
      .replace('DARKROOM_REGION: cn-hangzhou', 'DARKROOM_REGION: 1');
    const file = await fixture(broken);
    const message = await readServiceDefinition(file, {}).then(String, error => error.message);
    const [first, second, ...others] = message.split('\n').sort();
    expect(others).toEqual([]);
    expect(first).toBe(
      `${file}: resources.one.props.environmentVariables.DARKROOM_REGION: expected a string, received 1`,
    );
    expect(second).toMatch(
      /^.+\/s\.yaml: resources\.one\.props: expected one of the keys .*, received timeuot; did you mean timeout\?$/,
    );
  });

  it.each([
    ['a variable without a value', [", '0123')", ')'], /env\('ACCOUNT'\) not found\.$/],
    ['broken YAML', ['name: test', 'name: {'], /format is incorrect/],
    [
      'a reference to nothing',
      ['code: ./dist/one.zip', `code: $${'{vars.nope}'}`],
      /\bnope|could not resolve it/,
    ],
  ])('with %s is refused in one sentence that names the file', async (_, [from, to], sentence) => {
    const broken = template.replace(from!, to!);
    expect(broken).not.toBe(template);
    const file = await fixture(broken);
    const message = await readServiceDefinition(file, {}).then(String, error => error.message);
    expect(message.startsWith(`${file}: `)).toBe(true);
    expect(message).toMatch(sentence);
    expect(message).not.toContain('\n');
  });

  it('that is missing is named', async () => {
    await expect(readServiceDefinition('/nowhere/s.yaml', {})).rejects.toThrow(
      '/nowhere/s.yaml: expected a Serverless Devs file but found none.',
    );
  });
});

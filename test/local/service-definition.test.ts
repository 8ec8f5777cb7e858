import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readServiceDefinition } from '../../local/service-definition.ts';

const root = resolve(import.meta.dirname, '../..');

const template = `
edition: 3.0.0
name: test
vars: { accountId: "\${env('ACCOUNT', '0123')}" }
resources:
  one:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: first
      handler: index.handler
      code: ./dist/one
      asyncInvokeConfig: { asyncTask: true }
      concurrencyConfig: { reservedConcurrency: 3 }
      triggers:
        - triggerName: changed
          triggerType: oss
          sourceArn: acs:oss:cn-hangzhou:0123:photos
          triggerConfig:
            events: ['oss:ObjectCreated:PutObject']
            filter: { key: { prefix: in/, suffix: .jpg } }
        - { triggerName: nightly, triggerType: timer, triggerConfig: { cronExpression: '@every 4m', enable: true } }
  domain: { component: fc3-domain, props: {} }
`;

async function fixture(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-yaml-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
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
  it("has the platform's defaults, any kind of trigger, and only functions", async () => {
    const { functions, accountId } = await readServiceDefinition(await fixture(template), {});
    expect(accountId).toBe('0123');
    expect(functions.map(one => one.resource)).toEqual(['one']);
    expect(functions[0]).toMatchObject({
      memoryMB: 512,
      timeoutSeconds: 3,
      environment: {},
      maxAsyncRetryAttempts: 3,
      destinations: {},
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
    ]);
  });

  it('says which functions keep tasks and which have instances of their own', async () => {
    const { functions } = await readServiceDefinition(await fixture(template), {});
    expect(functions[0]).toMatchObject({ asyncTask: true, reservedConcurrency: 3 });
    const plain = template.replace(/ +(asyncInvoke|concurrency)Config: .*\n/g, '');
    const [one] = (await readServiceDefinition(await fixture(plain), {})).functions;
    expect(one).toMatchObject({ asyncTask: false, reservedConcurrency: undefined });
  });

  it.each([
    '@every 1m',
    '@every 10080m',
    '0 0 18 * * *',
    'CRON_TZ=Asia/Shanghai 0 30 4 * * MON-FRI',
  ])('takes the timer %s', async cron => {
    const file = await fixture(template.replace('@every 4m', cron));
    const { functions } = await readServiceDefinition(file, {});
    expect(functions[0]?.triggers[1]).toMatchObject({ type: 'timer', cron });
  });

  it.each([
    [
      'a cron expression of five fields',
      ['@every 4m', '0 18 * * *'],
      /expected @every 4m, or six fields such as 0 0 18 \* \* \* at .*cronExpression, received "0 18 \* \* \*"\.$/,
    ],
    ['a timer in seconds', ['@every 4m', '@every 30s'], /cronExpression, received "@every 30s"\.$/],
    [
      'a timer that does not say whether it is on',
      [', enable: true', ''],
      /expected enable: true or false at .*triggerConfig\.enable, received nothing\.$/,
    ],
    [
      'an unknown event',
      ['PutObject', 'Bogus'],
      /triggers\.0\.triggerConfig\.events\.0, received "oss:ObjectCreated:Bogus"\.$/,
    ],
    [
      'a filter misspelt',
      ['{ key: { prefix', '{ kee: { prefix'],
      /triggerConfig\.filter\.key, received nothing\.$/,
    ],
    [
      'no handler',
      ['handler: index.handler', 'timeout: 3'],
      /resources\.one\.props\.handler, received nothing\.$/,
    ],
    [
      'a number as environment',
      ['code: ./dist/one', 'code: ./d\n      environmentVariables: { N: 1 }'],
      /expected string.* at resources\.one\.props\.environmentVariables\.N, received 1\.$/,
    ],
    [
      'a bucket that is no ARN',
      ['acs:oss:cn-hangzhou:0123:photos', 'photos'],
      /expected acs:oss:region:account:bucket at .*sourceArn, received "photos"\.$/,
    ],
    ['no account', ['vars:', 'unused:'], /at vars, received nothing\.$/],
    ['a variable without a value', [", '0123')", ')'], /env\('ACCOUNT'\) not found\.$/],
    [
      'no functions',
      ['component: fc3\n', 'component: oss\n'],
      /expected functions of one region under resources but received none\.$/,
    ],
    ['broken YAML', ['name: test', 'name: {'], /format is incorrect/],
    [
      'a reference to nothing',
      ['code: ./dist/one', `code: $${'{vars.nope}'}`],
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

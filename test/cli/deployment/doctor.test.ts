import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../cli/cloud/connection.ts';
import { checksOf, findingsOf } from '../../../cli/deployment/doctor-checks.ts';
import { largeAnswer } from '../../../cli/deployment/doctor-checkups.ts';
import type { ServiceDefinition } from '../../../local/service-definition.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import type { Bucket, DeployedTrigger, FunctionSettings } from '../../../shared/ports.ts';
import { memoryStore } from '../../support/memory-store.ts';

const LIST = `version: 1
rules: [{ match: '**', presets: [a] }]
presets: [{ name: a, widths: [32], formats: { jpeg: {} } }]
`;
const ATTRIBUTES = { contentType: 'text/plain', cacheControl: 'no-cache' };
const names = { originals: 'o', derivatives: 'd', config: 'c' };
const created = ['PutObject', 'PostObject', 'CopyObject', 'CompleteMultipartUpload'].map(
  name => `oss:ObjectCreated:${name}`,
);
const changed = [
  'oss:ObjectCreated:AppendObject',
  'oss:ObjectCreated:PutSymlink',
  'oss:ObjectModified:UpdateObjectMeta',
];
const removed = ['oss:ObjectRemoved:DeleteObject', 'oss:ObjectRemoved:DeleteObjects'];

type Facts = Awaited<ReturnType<Bucket['facts']>>;

/** A deployment in which all is well, but for what a test changes. */
interface Deployment {
  facts: Record<string, Facts>;
  list: string | undefined;
  isInForce: boolean;
  triggers: Record<string, DeployedTrigger[] | undefined>;
  provisioned: string[];
  deployed: string[];
  answer: Awaited<ReturnType<FunctionSettings['invoke']>>;
}

const trigger = (bucket: string, events: string[]): DeployedTrigger => ({
  name: 't',
  type: 'oss',
  source: `acs:oss:cn-hangzhou:1:${bucket}`,
  config: { events, filter: { key: { prefix: '', suffix: '' } } },
});
const said = (more: object = {}) => ({
  payload: Buffer.from(
    JSON.stringify({
      kind: 'darkroom.checkup',
      node: 'v20.10.0',
      buckets: names,
      mayWriteOriginals: false,
      ...more,
    }),
  ),
});

const fine = () => ({ region: 'cn-hangzhou', acl: 'private', clock: new Date() });

function sound(): Deployment {
  return {
    facts: { o: fine(), d: fine(), c: fine() },
    list: LIST,
    isInForce: true,
    triggers: {
      'darkroom-on-object-changed': [trigger('o', [...created, ...changed, ...removed])],
      'darkroom-on-presets-edited': [trigger('c', created)],
    },
    provisioned: [],
    deployed: ['darkroom-on-object-changed', 'darkroom-on-presets-edited'],
    answer: said(),
  };
}

/** What s.yaml says of the two functions that OSS wakes, as far as it is compared. */
async function declared(): Promise<ServiceDefinition> {
  const oss = { name: 't', type: 'oss' as const, prefix: '', suffix: '' };
  const watching = (resource: string, bucket: string, events: string[]) => ({
    resource,
    name: `darkroom-${resource}`,
    hasAsyncInvokeConfig: true,
    triggers: [{ ...oss, bucket, events }],
  });
  const functions = [
    watching('on-object-changed', 'o', [...created, ...changed, ...removed]),
    watching('on-presets-edited', 'c', created),
  ];
  return { region: 'cn-hangzhou', accountId: '1', functions } as unknown as ServiceDefinition;
}

async function connectionTo(deployment: Deployment): Promise<Connection> {
  const [originals, derivatives, config] = [memoryStore(), memoryStore(), memoryStore()];
  await originals.put('a b.jpg', Buffer.from('a'), ATTRIBUTES);
  await derivatives.put('presets.json', Buffer.from('{}'), ATTRIBUTES);
  if (deployment.list !== undefined) {
    await config.put('presets.yaml', Buffer.from(deployment.list), ATTRIBUTES);
  }
  if (deployment.isInForce) await config.put(IN_FORCE_KEY, Buffer.from(inForce), ATTRIBUTES);
  const bucket = (name: string) =>
    ({ name, facts: async () => deployment.facts[name] }) as Partial<Bucket> as Bucket;
  const functions = {
    named: async () => deployment.deployed,
    triggers: async (name: string) => deployment.triggers[name],
    asyncInvokeConfigs: async () => ['LATEST'],
    provisionConfigs: async () => deployment.provisioned,
    invoke: async () => deployment.answer,
  } as Partial<FunctionSettings> as FunctionSettings;
  return {
    names,
    presetsKey: 'presets.yaml',
    originals,
    derivatives,
    config,
    buckets: { originals: bucket('o'), derivatives: bucket('d'), config: bucket('c') },
    cloud: { region: 'cn-hangzhou', accountId: '1', functions: () => functions },
  } as unknown as Connection;
}

const inForce = JSON.stringify({
  schema: 1,
  fingerprint: 'abc',
  etag: 'E',
  promotedAt: '2026-11-24T00:00:00.000Z',
  list: {
    version: 1,
    rules: [{ match: '**', presets: ['a'] }],
    presets: [{ name: 'a', widths: [32], formats: { jpeg: {} } }],
  },
});

let server: Server | undefined;
afterEach(() => server?.close());

async function cdnThat(answers: RequestListener): Promise<string> {
  server = createServer(answers);
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serving =
  (status: (path: string) => number, headers: Record<string, string> = {}): RequestListener =>
  ({ url = '' }, response) => {
    const always = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' };
    response.writeHead(status(url), { ...always, ...headers });
    response.end('{}');
  };
const well = (path: string) => (path === '/presets.json' ? 200 : 404);

async function diagnosed(deployment: Deployment, cdn?: string, told = 'bad'): Promise<string[]> {
  const connection = await connectionTo(deployment);
  const at = { ...connection, cdn: cdn === undefined ? undefined : { domain: cdn } };
  const checks = checksOf(at as Connection, declared);
  const findings = (await Promise.all(checks.map(findingsOf))).flat();
  for (const { state, mend } of findings) expect(mend !== undefined).toBe(state === 'bad');
  return findings
    .filter(({ state }) => state === told)
    .map(({ name, words }) => `${name}: ${words}`);
}

describe('a deployment', () => {
  it('in which all is well has nothing to mend', async () => {
    expect(await diagnosed(sound(), await cdnThat(serving(well)))).toEqual([]);
  });

  it.each<[string, (deployment: Deployment) => Partial<Deployment>, string]>([
    [
      'without a bucket',
      one => ({ facts: { ...one.facts, d: undefined } }),
      'bucket d: there is none',
    ],
    [
      'over two regions',
      one => ({ facts: { ...one.facts, c: { ...fine(), region: 'cn-beijing' } } }),
      'bucket c: in cn-beijing, expected cn-hangzhou',
    ],
    [
      'whose uploads anybody may read',
      one => ({ facts: { ...one.facts, o: { ...fine(), acl: 'public-read' } } }),
      'bucket o: public-read: anybody may read what users uploaded',
    ],
    [
      'seen from a machine whose clock is wrong',
      one => ({
        facts: { ...one.facts, o: { ...fine(), clock: new Date(Date.now() - 20 * 60_000) } },
      }),
      'clock: 20 minutes from that of OSS, which refuses 15',
    ],
    [
      'without a list',
      () => ({ list: undefined }),
      'preset list: there is no presets.yaml in the config bucket',
    ],
    [
      'with a bad list',
      () => ({ list: LIST.replace('32', 'wide') }),
      'preset list: presets.yaml:3:31 presets[0].widths[0]: expected a number, received "wide"',
    ],
    ['with no list in force', () => ({ isInForce: false }), 'list in force: none'],
    [
      'whose function is not there',
      one => ({ triggers: { ...one.triggers, 'darkroom-on-object-changed': undefined } }),
      'trigger of darkroom-on-object-changed: there is no such function',
    ],
    [
      'that does not hear of deletes',
      one => ({
        triggers: {
          ...one.triggers,
          'darkroom-on-object-changed': [trigger('o', [...created, ...changed])],
        },
      }),
      'trigger of darkroom-on-object-changed: does not hear oss:ObjectRemoved:DeleteObject, oss:ObjectRemoved:DeleteObjects of o',
    ],
    [
      'that pays for each part of an upload',
      one => ({
        triggers: {
          ...one.triggers,
          'darkroom-on-presets-edited': [trigger('c', [...created, 'oss:ObjectCreated:*'])],
        },
      }),
      'trigger of darkroom-on-presets-edited: hears oss:ObjectCreated:*: each part of an upload is paid for',
    ],
    [
      'whose trigger stayed on another bucket',
      one => ({
        triggers: { ...one.triggers, 'darkroom-on-presets-edited': [trigger('old', created)] },
      }),
      'deployment of darkroom-on-presets-edited: expected trigger t to be of acs:oss:cn-hangzhou:1:c, as in s.yaml, it is of acs:oss:cn-hangzhou:1:old',
    ],
    [
      'with instances that s.yaml has no more',
      () => ({ provisioned: ['LATEST'] }),
      'deployment of darkroom-on-object-changed: has provisionConfig of LATEST, which is paid for, s.yaml has not',
    ],
    [
      'with a function that s.yaml has no more',
      one => ({ deployed: [...one.deployed, 'darkroom-on-video'] }),
      'deployment of darkroom-on-video: is a whole function that s.yaml has not',
    ],
    [
      'whose functions are those of another',
      () => ({ answer: said({ buckets: { ...names, originals: 'x' } }) }),
      'function darkroom-sweep: works on x, d, c, not on o, d, c',
    ],
    [
      'that could loop',
      () => ({ answer: said({ mayWriteOriginals: true }) }),
      'function darkroom-on-object-changed: may write originals: a derivative there would fire its trigger again',
    ],
    [
      'whose OSS keeps what is not there from who may not list',
      () => ({ answer: said({ tellsMissing: false }) }),
      'function darkroom-on-object-changed: is not told by OSS that an object is not there: 403 in place of 404',
    ],
    [
      'on a Node.js older than the zips are checked for',
      () => ({ answer: said({ node: 'v20.9.1' }) }),
      'function darkroom-sweep: runs on Node.js v20.9.1, expected v20.10.0 at least, which the zips are checked for',
    ],
    [
      'whose functions fail',
      () => ({
        answer: {
          payload: Buffer.from('{"errorType":"STORE_DENIED"}'),
          error: 'HandledInvocationError',
        },
      }),
      'function darkroom-backfill: failed: {"errorType":"STORE_DENIED"}',
    ],
    [
      'of an older version',
      () => ({ answer: { payload: Buffer.from('{"reports":[]}') } }),
      'function darkroom-backfill: answers nothing that this version understands',
    ],
  ])('%s is told so', async (_, change, expected) => {
    expect(await diagnosed({ ...sound(), ...change(sound()) })).toContain(expected);
  });

  it('is told whether FC says which attempt at an event this is', async () => {
    const untold = /darkroom-backfill: answers.*FC does not say which attempt this is/;
    const told = { ...sound(), answer: said({ tellsAttempt: true }) };
    expect((await diagnosed(told, undefined, 'good')).join('\n')).not.toMatch(untold);
    const silent = { ...sound(), answer: said({ tellsAttempt: false }) };
    expect((await diagnosed(silent, undefined, 'good')).join('\n')).toMatch(untold);
  });

  it('is told nothing of what OSS keeps from functions that read no originals', async () => {
    const found = await diagnosed({ ...sound(), answer: said({ tellsMissing: false }) });
    expect(found.filter(line => /sweep|presets-edited/.test(line))).toEqual([]);
  });

  it('is told whether a large answer comes whole, where one asks', async () => {
    const bytes = (count: number) => said({ fill: '.'.repeat(count) });
    const asked = async (answer: Deployment['answer']) => {
      const connection = await connectionTo({ ...sound(), answer });
      return (await largeAnswer(connection, 2)).map(({ state, words }) => [state, words]);
    };
    expect(await asked(bytes(2_000_000))).toEqual([['good', 'comes whole']]);
    expect(await asked(bytes(7))).toEqual([['bad', '7 bytes of it came']]);
    const error = 'ResponseSizeTooLarge';
    expect(await asked({ payload: Buffer.from('{}'), error })).toEqual([['bad', error]]);
  });

  it.each<[string, RequestListener, string]>([
    ['cannot read its bucket', serving(() => 403), 'answers 403 for presets.json'],
    [
      'makes downloads of files',
      serving(well, { 'content-disposition': 'attachment' }),
      'sends Content-Disposition: attachment',
    ],
    [
      'serves one page only',
      serving(well, { 'access-control-allow-origin': 'https://app.example.com' }),
      'expected access-control-allow-origin: *, received https://app.example.com',
    ],
    [
      'cannot reach on-cdn-miss',
      serving(path => (path === '/presets.json' ? 200 : 424)),
      'CDN, what is not there: is answered with 424',
    ],
    [
      'serves originals',
      serving(path => (path.endsWith('manifest.json') ? 404 : 200)),
      'CDN, originals: a b.jpg is served to everybody',
    ],
  ])('whose CDN %s is told so', async (_, listener, expected) => {
    const found = await diagnosed(sound(), await cdnThat(listener));
    expect(found.join('\n')).toContain(expected);
  });

  it('whose CDN does not answer is told so, and all else is looked at', async () => {
    const found = await diagnosed(sound(), 'http://127.0.0.1:9');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^CDN: /);
  });
});

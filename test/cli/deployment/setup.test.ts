import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../cli/cloud/connection.ts';
import { cdnSteps, missDomainStep } from '../../../cli/deployment/setup-domains.ts';
import { bucketSteps, type Wanted } from '../../../cli/deployment/setup-steps.ts';
import type { Step } from '../../../cli/deployment/steps.ts';
import { cdnDomain } from '../../../shared/adapters/cdn/domain.ts';
import { ossBucket } from '../../../shared/adapters/oss/bucket.ts';
import type { FunctionSettings } from '../../../shared/ports.ts';
import { cdnDomains, key } from '../../support/cdn-domains.ts';
import { localOss } from '../../support/local-oss.ts';

const SECRET = 'sixteen characters';
const everything: Wanted = {
  origins: ['https://app.example.com', 'https://m.example.com'],
  missUrl: 'http://127.0.0.1:9/',
  missSecret: SECRET,
};
const nothing: Wanted = { origins: [], missUrl: undefined, missSecret: undefined };

/** Buckets of a local OSS that has none yet. */
async function account(region = 'cn-hangzhou') {
  const { connection } = await localOss([]);
  const bucket = (name: string) => ossBucket(name, connection);
  const buckets = {
    originals: bucket('new-o'),
    derivatives: bucket('new-d'),
    config: bucket('new-c'),
  };
  const place = { buckets, cloud: { region } } as Partial<Connection> as Connection;
  return { buckets, stepsFor: (wanted: Wanted) => bucketSteps(wanted, place) };
}

const states = (steps: Step[]) => Object.fromEntries(steps.map(({ name, state }) => [name, state]));

async function applyAll(steps: Step[]): Promise<void> {
  for (const step of steps) await step.apply?.();
}

describe('the buckets of a deployment', () => {
  it('are shown first, made then, and left alone after that', async () => {
    const { buckets, stepsFor } = await account();
    const first = await stepsFor(everything);
    expect(states(first)).toEqual({
      'bucket new-o': 'missing',
      'CORS of new-o': 'missing',
      'lifecycle of new-o': 'missing',
      'bucket new-d': 'missing',
      'mirror rule of new-d': 'missing',
      'bucket new-c': 'missing',
    });
    expect(await buckets.originals.facts()).toBeUndefined();
    await applyAll(first);
    const second = await stepsFor(everything);
    expect(new Set(Object.values(states(second)))).toEqual(new Set(['there']));
    expect(second.filter(({ apply }) => apply)).toEqual([]);
    expect(await buckets.originals.facts()).toMatchObject({
      region: 'cn-hangzhou',
      acl: 'private',
    });
  });

  it('keep the rules that others made', async () => {
    const { buckets, stepsFor } = await account();
    await applyAll(await stepsFor(nothing));
    const theirs = {
      allowedOrigin: 'https://old.example.com',
      allowedMethod: 'GET',
      allowedHeader: '*',
    };
    await buckets.originals.putCors([theirs]);
    const lifecycle = {
      id: 'theirs',
      prefix: 'tmp/',
      status: 'Enabled',
      expiration: { days: '3' },
    };
    await buckets.originals.putLifecycle([lifecycle]);
    const steps = await stepsFor(everything);
    expect(states(steps)).toMatchObject({
      'CORS of new-o': 'other',
      'lifecycle of new-o': 'other',
    });
    await applyAll(steps);
    expect(await buckets.originals.cors()).toMatchObject([
      { allowedOrigin: 'https://old.example.com' },
      { allowedOrigin: everything.origins, exposeHeader: ['ETag', 'x-oss-request-id'] },
    ]);
    expect((await buckets.originals.lifecycle()).map(({ id }) => id)).toEqual([
      'theirs',
      'darkroom-unfinished-uploads',
    ]);
  });

  it('get one more page without losing the others', async () => {
    const { buckets, stepsFor } = await account();
    await applyAll(await stepsFor({ ...nothing, origins: ['https://a.example.com'] }));
    await applyAll(await stepsFor({ ...nothing, origins: ['https://b.example.com'] }));
    const origins = (await buckets.originals.cors()).flatMap(rule => rule.allowedOrigin);
    expect(origins).toEqual(['https://a.example.com', 'https://b.example.com']);
  });

  it('give a changed secret to the one mirror rule there is', async () => {
    const { buckets, stepsFor } = await account();
    await applyAll(await stepsFor(everything));
    const changed = { ...everything, missSecret: 'another of sixteen' };
    const steps = await stepsFor(changed);
    expect(states(steps)['mirror rule of new-d']).toBe('other');
    await applyAll(steps);
    const [rule, ...more] = await buckets.derivatives.mirrors();
    expect(more).toEqual([]);
    expect(JSON.stringify(rule)).toContain('another of sixteen');
    expect(JSON.stringify(rule)).not.toContain(SECRET);
  });

  it('take a mirror rule for another that follows redirects, since OSS would keep what it was led to', async () => {
    const { buckets, stepsFor } = await account();
    await applyAll(await stepsFor(everything));
    const [ours] = await buckets.derivatives.mirrors();
    const follows = JSON.stringify(ours).replace(
      '"MirrorFollowRedirect":"false"',
      '"MirrorFollowRedirect":"true"',
    );
    expect(follows).not.toBe(JSON.stringify(ours));
    await buckets.derivatives.putMirrors([JSON.parse(follows)]);
    const steps = await stepsFor(everything);
    expect(states(steps)['mirror rule of new-d']).toBe('other');
    await applyAll(steps);
    expect(await buckets.derivatives.mirrors()).toEqual([ours]);
  });

  it('show no secret', async () => {
    const { stepsFor } = await account();
    expect(JSON.stringify(await stepsFor(everything))).not.toContain(SECRET);
  });

  it('in another region need a decision', async () => {
    const { stepsFor } = await account();
    await applyAll(await stepsFor(nothing));
    const { buckets } = await account('cn-beijing');
    await buckets.originals.create();
    const place = { buckets, cloud: { region: 'cn-beijing' } } as Partial<Connection> as Connection;
    const [step] = await bucketSteps(nothing, place);
    expect(step).toMatchObject({
      state: 'wrong',
      words: expect.stringContaining('it is in cn-hangzhou'),
    });
    expect(step?.apply).toBeUndefined();
  });

  it('take no mirror rule without a secret', async () => {
    const { stepsFor } = await account();
    await expect(stepsFor({ ...everything, missSecret: undefined })).rejects.toThrow(
      'expected DARKROOM_MISS_SECRET in the environment',
    );
  });
});

const HOST = 'd.oss-cn-hangzhou.aliyuncs.com';

describe('a CDN domain', () => {
  it('is shown first, made then, and left alone after that', async () => {
    const { endpoint, domains } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    const first = await cdnSteps(domain, HOST);
    expect(first.map(({ state }) => state)).toEqual(Array(7).fill('missing'));
    expect(domains.size).toBe(0);
    await applyAll(first);
    const second = await cdnSteps(domain, HOST);
    expect(second.map(({ state }) => state)).toEqual(Array(7).fill('there'));
    expect(second[0]?.words).toContain('its CNAME is img.example.com.w.kunlunsl.com');
  });

  it.each([
    ['d.oss-cn-hangzhou.aliyuncs.com', 'domestic'],
    ['d.oss-cn-hongkong.aliyuncs.com', 'overseas'],
    ['d.oss-ap-southeast-1.aliyuncs.com', 'overseas'],
  ])('in front of %s is added for its side of the border, %s', async (host, scope) => {
    const { endpoint, domains } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    await applyAll(await cdnSteps(domain, host));
    expect(domains.get('img.example.com')).toMatchObject({ scope });
  });

  it('in front of something else needs a decision', async () => {
    const { endpoint } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    await domain.add('other.oss-cn-hangzhou.aliyuncs.com', 'domestic');
    expect(await cdnSteps(domain, HOST)).toMatchObject([{ state: 'wrong' }]);
  });

  it('has one setting changed where one is otherwise', async () => {
    const { endpoint, domains } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    await applyAll(await cdnSteps(domain, HOST));
    await domain.set('default_ttl_code', { default_ttl_code: '404=600' });
    const steps = await cdnSteps(domain, HOST);
    expect(steps.map(({ state }) => state)).toEqual([
      'there',
      'there',
      'other',
      'there',
      'there',
      'there',
      'there',
    ]);
    await applyAll(steps);
    expect(domains.get('img.example.com')?.settings.get('default_ttl_code')).toEqual([
      { argName: 'default_ttl_code', argValue: '404=5,4xx=1,5xx=1' },
    ]);
  });

  it('never keeps the 404 of a manifest', async () => {
    const { endpoint, domains } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    await applyAll(await cdnSteps(domain, HOST));
    expect(domains.get('img.example.com')?.settings.get('filetype_force_ttl_code')).toEqual([
      { argName: 'file_type', argValue: 'json' },
      { argName: 'code_string', argValue: '404=0' },
    ]);
  });
});

describe('the headers that a CDN domain sends', () => {
  const header = (key: string, value: string) => ({ key, value, header_operation_type: 'add' });

  it('let pages of any origin fetch, beside headers of others', async () => {
    const { endpoint, domains } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    await domain.add(HOST, 'domestic');
    await domain.set('set_resp_header', header('X-Frame-Options', 'DENY'));
    await applyAll(await cdnSteps(domain, HOST));
    const { settings } = domains.get('img.example.com')!;
    expect([...settings.keys()].filter(name => name.startsWith('set_resp_header'))).toEqual([
      'set_resp_header X-Frame-Options',
      'set_resp_header access-control-allow-origin',
      'set_resp_header x-content-type-options',
    ]);
    const again = await cdnSteps(domain, HOST);
    expect(again.every(({ state }) => state === 'there')).toBe(true);
  });

  it('need a decision where somebody lets one page only', async () => {
    const { endpoint } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    await domain.add(HOST, 'domestic');
    const own = header('Access-Control-Allow-Origin', 'https://app.example.com');
    await domain.set('set_resp_header', own);
    const steps = await cdnSteps(domain, HOST);
    expect(steps.filter(({ state }) => state === 'wrong')).toEqual([
      {
        name: 'set_resp_header of img.example.com',
        words:
          'expected that it sends access-control-allow-origin: *, it sends Access-Control-Allow-Origin: https://app.example.com',
        state: 'wrong',
      },
    ]);
  });
});

describe("the function's domain", () => {
  const functions = (found: Awaited<ReturnType<FunctionSettings['domain']>>) =>
    ({
      domain: async () => found,
      triggers: async () => [],
    }) as Partial<FunctionSettings> as FunctionSettings;
  const domain = { name: 'miss.example.com', certificate: undefined, privateKey: undefined };

  it('that answers by on-cdn-miss over HTTPS is left alone', async () => {
    const there = { protocol: 'HTTP,HTTPS', functions: ['darkroom-on-cdn-miss'] };
    expect(await missDomainStep(domain, functions(there))).toMatchObject({ state: 'there' });
  });

  it.each([
    ['over HTTP alone', { protocol: 'HTTP', functions: ['darkroom-on-cdn-miss'] }],
    ['by another function', { protocol: 'HTTPS', functions: ['shop'] }],
  ])('that answers %s needs a decision', async (_, found) => {
    expect(await missDomainStep(domain, functions(found))).toMatchObject({ state: 'wrong' });
  });

  it('is not made before the function that answers by it', async () => {
    const nobody = { ...functions(undefined), triggers: async () => undefined };
    const whole = { ...domain, certificate: 'CERT', privateKey: 'KEY' };
    await expect(missDomainStep(whole, nobody)).rejects.toThrow(
      'expected the function darkroom-on-cdn-miss, which is to answer by miss.example.com, there is none yet: npm run deploy, then this command again',
    );
  });

  it('that is not there needs a certificate', async () => {
    await expect(missDomainStep(domain, functions(undefined))).rejects.toThrow(
      'expected --miss-certificate and --miss-key, PEM files for miss.example.com',
    );
    const whole = { ...domain, certificate: 'CERT', privateKey: 'KEY' };
    expect(await missDomainStep(whole, functions(undefined))).toMatchObject({ state: 'missing' });
  });
});

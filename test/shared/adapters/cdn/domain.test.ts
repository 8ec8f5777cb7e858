import { describe, expect, it } from 'vitest';
import { cdnDomain } from '../../../../shared/adapters/cdn/domain.ts';
import { cdnDomains, key } from '../../../support/cdn-domains.ts';

const HOST = 'd.oss-cn-hangzhou.aliyuncs.com';

describe('a domain of the CDN', () => {
  it('that is not there is undefined, and is there once it is added', async () => {
    const { endpoint, domains } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    expect(await domain.facts()).toBeUndefined();
    await domain.add(HOST, 'domestic');
    expect(await domain.facts()).toEqual({
      status: 'online',
      cname: 'img.example.com.w.kunlunsl.com',
      origins: [HOST],
    });
    expect(domains.get('img.example.com')).toMatchObject({
      scope: 'domestic',
      sources: [{ content: HOST, type: 'oss', port: 443 }],
    });
  });

  it('has the settings that were made, and no others', async () => {
    const { endpoint } = await cdnDomains();
    const domain = cdnDomain('img.example.com', { endpoint, credentials: key });
    await domain.add(HOST, 'domestic');
    await domain.set('l2_oss_key', { private_oss_auth: 'on' });
    expect(await domain.settings(['l2_oss_key', 'default_ttl_code'])).toEqual(
      new Map([['l2_oss_key', [{ private_oss_auth: 'on' }]]]),
    );
  });

  it('that the CDN does not take is told in its words', async () => {
    const { endpoint } = await cdnDomains();
    const domain = cdnDomain('img.unfiled.cn', { endpoint, credentials: key });
    await expect(domain.add(HOST, 'domestic')).rejects.toMatchObject({
      code: 'SETUP_DENIED',
      kind: 'fault',
      message: expect.stringContaining('the CDN refused (DomainNotRegistration, status 400)'),
    });
  });

  it('asked for with a wrong secret is refused', async () => {
    const { endpoint } = await cdnDomains();
    const guessed = { ...key, accessKeySecret: 'guessed' };
    const domain = cdnDomain('img.example.com', { endpoint, credentials: guessed });
    await expect(domain.facts()).rejects.toMatchObject({ code: 'SETUP_DENIED' });
  });
});

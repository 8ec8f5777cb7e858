import { ALWAYS } from '../../local/cdn.ts';
import { Failure } from '../../shared/core/failure.ts';
import type { CdnDomain, FunctionSettings } from '../../shared/ports.ts';
import type { Step } from './steps.ts';

/** The domains of a deployment: the CDN's, and the one by which OSS or the CDN reaches on-cdn-miss. */

export interface MissDomain {
  name: string;
  /** PEM; needed where the domain is not there yet. */
  certificate: string | undefined;
  privateKey: string | undefined;
}

const MISS_FUNCTION = 'darkroom-on-cdn-miss';

/** Only over HTTPS, since the secret travels in a header. */
export async function missDomainStep(
  { name: domain, certificate, privateKey }: MissDomain,
  functions: FunctionSettings,
): Promise<Step> {
  const name = `domain ${domain}`;
  const words = `HTTPS, answered by ${MISS_FUNCTION}`;
  const found = await functions.domain(domain);
  if (found) {
    const isRight = found.protocol.includes('HTTPS') && found.functions.includes(MISS_FUNCTION);
    if (isRight) return { name, words, state: 'there' };
    const is = `${found.protocol || 'no protocol'}, answered by ${found.functions.join(', ') || 'nobody'}`;
    return { name, words: `expected ${words}, it is ${is}`, state: 'wrong' };
  }
  if (!(await functions.triggers(MISS_FUNCTION))) {
    throw new Failure(
      'SETTINGS_INVALID',
      `expected the function ${MISS_FUNCTION}, which is to answer by ${domain}, there is none yet: npm run deploy, then this command again`,
    );
  }
  if (!certificate || !privateKey) {
    throw new Failure(
      'SETTINGS_INVALID',
      `expected --miss-certificate and --miss-key, PEM files for ${domain}: without HTTPS the secret would be readable on the way`,
    );
  }
  const added = { name: domain, functionName: MISS_FUNCTION, certificate, privateKey };
  return { name, words, state: 'missing', apply: () => functions.addDomain(added) };
}

/**
 * What a domain in front of the derivatives bucket needs. The files' own Cache-Control rules; only an answer that
 * has none is given a lifetime. https://help.aliyun.com/en/cdn/developer-reference/parameters-for-configuring-features-for-domain-names
 */
const CDN_SETTINGS: { name: string; words: string; values: Record<string, string> }[] = [
  { name: 'l2_oss_key', words: 'may read a private bucket', values: { private_oss_auth: 'on' } },
  {
    name: 'default_ttl_code',
    words: 'keeps a 404 for 5 seconds, other errors for 1',
    values: { default_ttl_code: '404=5,4xx=1,5xx=1' },
  },
  {
    name: 'filetype_force_ttl_code',
    // An upload writes its manifest a moment later, for somebody who has asked already.
    words: 'never keeps the 404 of a manifest (.json)',
    values: { file_type: 'json', code_string: '404=0' },
  },
  {
    name: 'forward_scheme',
    words: 'asks OSS over HTTPS',
    values: { enable: 'on', scheme_origin: 'https' },
  },
  ...Object.entries(ALWAYS).map(([key, value]) => ({
    name: 'set_resp_header',
    words: `sends ${key}: ${value}`,
    values: { key, value, header_operation_type: 'add', duplicate: 'off' },
  })),
];

export async function cdnSteps(domain: CdnDomain, bucketHost: string): Promise<Step[]> {
  const name = `CDN domain ${domain.domainName}`;
  const facts = await domain.facts();
  if (facts && !facts.origins.includes(bucketHost)) {
    const words = `expected the origin ${bucketHost}, it is ${facts.origins.join(', ') || 'none'}`;
    return [{ name, words, state: 'wrong' }];
  }
  const words = facts
    ? `${facts.status}; its CNAME is ${facts.cname}`
    : `in front of ${bucketHost}`;
  const names = [...new Set(CDN_SETTINGS.map(one => one.name))];
  const settings = facts ? await domain.settings(names) : new Map();
  return [
    facts
      ? { name, words, state: 'there' }
      : { name, words, state: 'missing', apply: () => domain.add(bucketHost, scopeOf(bucketHost)) },
    ...CDN_SETTINGS.map(one => settingStep(domain, one, settings.get(one.name))),
  ];
}

function settingStep(
  domain: CdnDomain,
  { name, words, values }: (typeof CDN_SETTINGS)[number],
  all: Record<string, string>[] = [],
): Step {
  const step = { name: `${name} of ${domain.domainName}`, words };
  // Headers of other names are settings of their own.
  const found = all.filter(one => one.key?.toLowerCase() === values.key);
  if (found.some(one => isSetting(one, values))) return { ...step, state: 'there' };
  const [other] = found;
  if (other && values.key !== undefined) {
    const is = `it sends ${other.key}: ${other.value}`;
    return { ...step, words: `expected that it ${words}, ${is}`, state: 'wrong' };
  }
  return { ...step, state: other ? 'other' : 'missing', apply: () => domain.set(name, values) };
}

function isSetting(found: Record<string, string>, values: Record<string, string>): boolean {
  if (values.key !== undefined) return found.value === values.value;
  return Object.entries(values).every(([key, value]) => found[key] === value);
}

/** Mainland China needs an ICP filing of the domain, which the CDN checks. */
function scopeOf(bucketHost: string): 'domestic' | 'overseas' {
  const isMainland = /oss-cn-(?!hongkong)/.test(bucketHost);
  return isMainland ? 'domestic' : 'overseas';
}

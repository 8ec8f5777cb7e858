import { InvalidArgumentError } from 'commander';
import { Failure } from '../../shared/core/failure.ts';
import {
  parseDerivativeKey,
  parseManifestKey,
  unusableKey,
  unusablePrefix,
} from '../../shared/core/set/keys.ts';

/** Where URLs that people paste may point to. */
export interface Addresses {
  names: { originals: string; derivatives: string };
  /** Undefined for Alibaba's own. */
  ossEndpoint: string | undefined;
  cdn: { domain: string } | undefined;
}

/**
 * The key of an original as people give it: as it is in the bucket, or as the URL of the original, of one of its files
 * or of its manifest. What is neither is a Failure, so that it holds up no other key.
 */
export function givenKey(word: string, addresses: Addresses): string | Failure {
  const key = isUrl(word) ? keyOfUrl(word, addresses) : word;
  if (key === undefined) return new Failure('KEY_UNUSABLE', notOurs(word, addresses));
  const problem = unusableKey(key);
  return problem === undefined ? key : new Failure('KEY_UNUSABLE', problem);
}

/** For options. */
export function givenPrefix(text: string): string {
  const problem = isUrl(text)
    ? `expected a prefix of keys, received ${text}`
    : unusablePrefix(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return text;
}

const isUrl = (text: string) => /^(https?|oss):\/\//i.test(text);

function notOurs(word: string, { names, cdn }: Addresses): string {
  const atCdn = cdn ? ` or at ${cdn.domain}` : '';
  return `expected a key, or the URL of an original in ${names.originals}, or of a file or a manifest in ${names.derivatives}${atCdn}, received ${word}`;
}

function keyOfUrl(word: string, addresses: Addresses): string | undefined {
  const place = placeOf(word, addresses);
  if (place?.bucket === addresses.names.originals) return place.key;
  if (place?.bucket !== addresses.names.derivatives) return undefined;
  return parseDerivativeKey(place.key)?.original ?? parseManifestKey(place.key);
}

interface Place {
  bucket: string;
  key: string;
}

/** ossutil's own form. Its key is raw, where that of a URL is encoded. */
const IN_OSS = /^oss:\/\/([^/]+)\/(.+)$/is;
/** The path by hand: URL would fold its dot segments, and so name another key. */
const ON_WEB = /^(https?:\/\/[^/?#]+)\/([^?#]+)/i;

function placeOf(word: string, addresses: Addresses): Place | undefined {
  const [, named, raw] = IN_OSS.exec(word) ?? [];
  if (named && raw) return { bucket: named, key: raw };
  const [, site = '', path = ''] = ON_WEB.exec(word) ?? [];
  const key = decoded(path);
  return URL.canParse(site) && key ? bucketAt(new URL(site).host, key, addresses) : undefined;
}

function bucketAt(host: string, path: string, { names, ossEndpoint, cdn }: Addresses) {
  if (cdn && host === new URL(cdn.domain).host) return { bucket: names.derivatives, key: path };
  const oss = ossEndpoint && new URL(ossEndpoint).host;
  const buckets = [names.originals, names.derivatives];
  const own = buckets.find(name => host === `${name}.${oss}` || isOfAlibaba(host, name));
  if (own) return { bucket: own, key: path };
  const first = buckets.find(name => host === oss && path.startsWith(`${name}/`));
  return first === undefined ? undefined : { bucket: first, key: path.slice(first.length + 1) };
}

/** Public, internal, accelerated: whichever endpoint it is, a bucket's name is its own worldwide. */
function isOfAlibaba(host: string, bucket: string): boolean {
  return host.startsWith(`${bucket}.`) && /^[^.]+\.[a-z0-9.-]+\.aliyuncs\.com$/.test(host);
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    // No percent-encoded UTF-8: whoever asks says what was expected.
    return undefined;
  }
}

import { OssError } from './errors.ts';

/** In the order in which they were given. */
export type Tags = readonly { readonly Key: string; readonly Value: string }[];

/** https://www.alibabacloud.com/help/en/oss/support/0010-00000216 */
const MOST = 10;
const KEY = /^[\p{L}\p{N} +\-=._:/]{1,128}$/u;
const VALUE = /^[\p{L}\p{N} +\-=._:/]{0,256}$/u;

export function checkTags(tags: Tags): Tags {
  const keys = new Set(tags.map(({ Key }) => Key));
  const fit = tags.every(({ Key, Value }) => KEY.test(Key) && VALUE.test(Value));
  if (fit && keys.size === tags.length && tags.length <= MOST) return tags;
  throw invalidTag();
}

/** `key1=value1&key2`, each percent-encoded. */
export function readTagHeader(header: string | undefined): Tags | undefined {
  if (header === undefined || header === '') return undefined;
  return checkTags(header.split('&').map(readTag));
}

function readTag(text: string) {
  const [key = '', value = '', ...more] = text.split('=');
  if (more.length > 0) throw invalidTag();
  return { Key: decode(key), Value: decode(value) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidTag();
  }
}

function invalidTag(): OssError {
  const message = `expected up to ${MOST} tags as key=value, of letters, digits, blanks and + - = . _ : /`;
  return new OssError('InvalidTag', message, { EC: '0010-00000219' });
}

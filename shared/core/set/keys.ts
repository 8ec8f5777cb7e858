import { sha256Of } from '../list/fingerprint.ts';
import type { OutputFormat } from '../list/preset-list.ts';

/**
 * The grammar of keys in the derivatives bucket, both ways. Parsed from the right, because an original's key
 * may hold anything, even what looks like a derivative: `a/b.jpg/c.png` is an original beside `a/b.jpg`.
 *
 *     {original key}/{version}/{preset}-{width}-{fingerprint}.{ext}
 *     {original key}/manifest.json
 */

/** OSS: an object's key has 1 to 1,023 bytes of UTF-8. */
export const MAX_KEY_BYTES = 1023;

const VERSION_LENGTH = 10;
const DERIVATIVE = /^(.+)\/([0-9a-f]{10})\/([a-z][a-z0-9-]*)-([1-9]\d*)-([0-9a-f]{10})\.([a-z]+)$/s;
const MANIFEST = /^(.+)\/manifest\.json$/s;

export const extensions = {
  jpeg: 'jpg',
  webp: 'webp',
  avif: 'avif',
  png: 'png',
} as const satisfies Record<OutputFormat, string>;

export interface DerivativeName {
  original: string;
  version: string;
  preset: string;
  width: number;
  fingerprint: string;
  format: OutputFormat;
}

/** Ten hex digits naming what OSS's ETag names; quotes and letter case of an ETag differ by source. */
export function versionOf(etag: string): string {
  const bare = etag.replaceAll('"', '').toUpperCase();
  return sha256Of(bare).slice(0, VERSION_LENGTH);
}

export function derivativeKey(name: DerivativeName): string {
  const { original, version, preset, width, fingerprint, format } = name;
  return `${original}/${version}/${preset}-${width}-${fingerprint}.${extensions[format]}`;
}

/** What a key in the derivatives bucket names, or undefined if it is no derivative of ours. */
export function parseDerivativeKey(key: string): DerivativeName | undefined {
  const [, original, version, preset, width, fingerprint, extension] = DERIVATIVE.exec(key) ?? [];
  const format = formatOf(extension);
  if (!original || !version || !preset || !fingerprint || !format) return undefined;
  return { original, version, preset, width: Number(width), fingerprint, format };
}

export function manifestKey(original: string): string {
  return `${original}/manifest.json`;
}

/** The original whose manifest this key is, or undefined. */
export function parseManifestKey(key: string): string | undefined {
  return MANIFEST.exec(key)?.[1];
}

export function isVersion(segment: string): boolean {
  return /^[0-9a-f]{10}$/.test(segment);
}

/** What a console makes for a folder is no picture. */
export function isFolder(key: string, bytes: number | undefined): boolean {
  return key.endsWith('/') && bytes === 0;
}

export function fitsOss(key: string): boolean {
  return Buffer.byteLength(key) <= MAX_KEY_BYTES;
}

/**
 * Why an original's key cannot be worked with, or undefined. OSS takes no key that begins with a slash, and ali-oss 6.23
 * strips it and asks for another key; dot segments it folds after signing, so that no such request is ever answered.
 */
export function unusableKey(key: string): string | undefined {
  if (/^[/\\]/.test(key)) return leadingSlash('key', key);
  if (key.split('/').some(segment => segment === '.' || segment === '..')) {
    return `expected a key without . and .. segments, received ${key}`;
  }
  if (!fitsOss(manifestKey(key))) {
    return `expected a key of at most ${MAX_KEY_BYTES - manifestKey('').length} bytes, so that its manifest has a key too, received ${Buffer.byteLength(key)}`;
  }
  return undefined;
}

/** Why a prefix of keys can be that of no original, or undefined. */
export function unusablePrefix(prefix: string): string | undefined {
  return /^[/\\]/.test(prefix) ? leadingSlash('prefix', prefix) : undefined;
}

function leadingSlash(what: string, received: string): string {
  const meant = received.replace(/^[/\\]+/, '');
  const guess = meant === '' ? '' : `: did you mean ${meant}?`;
  return `expected a ${what} without a leading slash, received ${received}${guess}`;
}

function formatOf(extension: string | undefined): OutputFormat | undefined {
  const formats = Object.keys(extensions) as OutputFormat[];
  return formats.find(format => extensions[format] === extension);
}

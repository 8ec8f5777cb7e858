import {
  type DerivativeName,
  MAX_KEY_BYTES,
  parseDerivativeKey,
} from '../../shared/core/set/keys.ts';
import { type Hash, hashBytes, type KeyBytes, mixed } from './hashing.ts';

/** What a URL's path asks for; files by what their last segment says, which is alike in millions of URLs. */
export type Asked = 'auto' | 'manifest' | 'other' | 'file';

export interface AskedFile {
  name: Pick<DerivativeName, 'preset' | 'format' | 'width'>;
  /** Of the original's key, and of the file's. */
  original: Hash;
  file: Hash;
}

const SLASH = 0x2f;
const PERCENT = 0x25;
const VERSION_BYTES = 10;
const AUTO = Buffer.from('auto/');
const MANIFEST = Buffer.from('manifest.json');
/** Segments that are remembered: more than any list has, and no more than somebody can make us keep. */
const MOST_SEGMENTS = 20_000;

export interface PathReader {
  /** What is asked for; where it is a file, `asked` says which, until the next call. */
  read(bytes: Buffer, start: number, end: number): Asked;
  asked: AskedFile;
}

const NO_HASH: Hash = { high: 0, low: 0 };

type Named = AskedFile['name'] | 'none';

export function pathReader(): PathReader {
  const segments = new Map<string, Named>();
  const name = { preset: '', format: 'jpeg' as const, width: 0 };
  const asked: AskedFile = { name, original: { ...NO_HASH }, file: { ...NO_HASH } };
  const named = (segment: string): Named => {
    const known = segments.get(segment);
    if (known !== undefined) return known;
    const found = parseDerivativeKey(`x/0000000000/${segment}`) ?? 'none';
    if (segments.size >= MOST_SEGMENTS) segments.clear();
    segments.set(segment, found);
    return found;
  };
  // One for all lines: they are too many to make two objects for each.
  const key: KeyBytes = { bytes: Buffer.alloc(0), start: 0, end: 0, isEncoded: true };
  const hash = (start: number, end: number, into: Hash) => {
    key.start = start;
    key.end = end;
    hashBytes(key, into);
  };
  const isFile = (bytes: Buffer, start: number, end: number): boolean => {
    const slash = bytes.lastIndexOf(SLASH, end - 1);
    const version = slash - VERSION_BYTES;
    if (version < start + 2 || bytes[version - 1] !== SLASH) return false;
    if (!isHex(bytes, version, slash)) return false;
    // A longer one is no key's, and thousands of them would fill the memory.
    if (end - slash > MAX_KEY_BYTES) return false;
    const found = named(bytes.toString('latin1', slash + 1, end));
    if (found === 'none') return false;
    asked.name = found;
    key.bytes = bytes;
    hash(start, version - 1, asked.original);
    hash(version, end, asked.file);
    asked.file.high = mixed(asked.file.high ^ asked.original.high);
    asked.file.low = mixed(asked.file.low ^ asked.original.low);
    return true;
  };
  const read: PathReader['read'] = (bytes, start, end) => {
    key.isEncoded = true;
    if (isFile(bytes, start, end)) return 'file';
    const plain = decoded(bytes, start, end);
    key.isEncoded = false;
    if (plain && isFile(plain, 0, plain.length)) return 'file';
    return besides(plain ?? bytes.subarray(start, end));
  };
  return { read, asked };
}

function besides(path: Buffer): Asked {
  const slash = path.lastIndexOf(SLASH);
  if (slash > 0 && path.subarray(slash + 1).equals(MANIFEST)) return 'manifest';
  return path.subarray(0, AUTO.length).equals(AUTO) ? 'auto' : 'other';
}

function isHex(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0;
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}

/** Undefined where nothing is encoded, or not as in URLs. */
function decoded(bytes: Buffer, start: number, end: number): Buffer | undefined {
  if (bytes.subarray(start, end).indexOf(PERCENT) < 0) return undefined;
  try {
    return Buffer.from(decodeURIComponent(bytes.toString('utf8', start, end)));
  } catch {
    return undefined;
  }
}

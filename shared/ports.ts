import type { LogEvent, LogFacts } from './core/telling/log-events.ts';
import type { Content } from './core/picture/content.ts';
import type { Judgement } from './core/moderation/judgement.ts';
import type { Placeholder } from './core/picture/placeholder.ts';
import type { Focus } from './core/picture/focus.ts';
import type { Search } from './core/set/crops.ts';
import type { OriginalObject } from './core/set/manifest.ts';
import type { Picture, Size } from './core/picture/picture.ts';
import type { PresetList } from './core/list/preset-list.ts';
import type { PurgeQuota } from './core/work/purge.ts';
import type { Variant } from './core/set/variants.ts';
import type { MarkFile } from './core/watermark/mark.ts';
import type { Covers } from './core/watermark/runs.ts';

/** What the use cases need of the world. Every failure crosses a port as a Failure of core/failure.ts. */

export interface StoredObject {
  /** Without quotes. */
  etag: string;
  bytes: Buffer;
}

export interface Attributes {
  contentType: string;
  cacheControl: string;
}

/**
 * One bucket. What is missing is undefined, never an exception: it is missing where the store says that this very
 * bucket has no such key, and a missing bucket is STORE_DENIED. What was read is compared with its length and its
 * CRC-64 where the store knows one, and what was written with what the store says of it; a mismatch, and silence, is
 * STORE_UNAVAILABLE, after several attempts. A key that the store would change is KEY_UNUSABLE. An object that is
 * archived cannot be read: ORIGINAL_ARCHIVED.
 */
export interface ObjectStore {
  head(key: string): Promise<OriginalObject | undefined>;
  get(key: string): Promise<StoredObject | undefined>;
  getUnless(key: string, etag: string): Promise<StoredObject | 'unchanged' | undefined>;
  /**
   * These very bytes, as a HEAD told of them, and no more; 'changed' where another object has their place. `refuse` may
   * see the first of them before the rest comes: reading ends there by what it throws, if a second answer begins alike.
   */
  getExactly(
    object: OriginalObject,
    refuse?: (head: Buffer) => void,
  ): Promise<Buffer | 'changed' | undefined>;
  /** Answers the ETag that the object has now. */
  put(key: string, bytes: Buffer, attributes: Attributes): Promise<{ etag: string }>;
  /** All are gone when it returns, and removing what is not there succeeds; else it throws. */
  remove(keys: string[]): Promise<void>;
  /** Objects and, with a delimiter, the prefixes rolled up by it; in OSS's byte order. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject | { prefix: string }>;
}

export interface ListOptions {
  delimiter?: '/';
  /** Only keys that come after this one. */
  after?: string;
}

export interface ListedObject {
  key: string;
  /** Without quotes. */
  etag: string;
  bytes: number;
  modifiedAt: Date;
  /** It cannot be read until somebody restores it. */
  isArchived?: true;
  /** A symlink: ETag and size are its own, a HEAD's are its target's. */
  isLink?: true;
}

/** An original on the way past; whoever stops after it goes on from its cursor. */
export interface Entry {
  key: string;
  cursor: string;
  /** It is told, and not handed over. */
  isArchived?: true;
  /** A symlink, which may lead to what another rule is for. */
  isLink?: true;
}

/** The settings of one bucket. Throws STORE_DENIED where the bucket is somebody else's. */
export interface Bucket {
  name: string;
  /** Undefined where there is no such bucket. `region` is `cn-hangzhou`, `clock` OSS's own. */
  facts(): Promise<{ region: string; acl: string; clock?: Date } | undefined>;
  /** In the region of the connection, private. */
  create(): Promise<void>;
  makePrivate(): Promise<void>;
  cors(): Promise<Rule[]>;
  putCors(rules: Rule[]): Promise<void>;
  lifecycle(): Promise<Rule[]>;
  putLifecycle(rules: Rule[]): Promise<void>;
  /** Of OSS's website settings the routing rules, which say where a missing object is fetched from. */
  mirrors(): Promise<Rule[]>;
  putMirrors(rules: Rule[]): Promise<void>;
}

/** As ali-oss reads and writes it: somebody else's rules are kept, whatever is in them. */
export type Rule = Record<string, unknown>;

/** A domain of the CDN. Throws SETUP_DENIED where the API refuses. */
export interface CdnDomain {
  domainName: string;
  /** Undefined where the account has no such domain. */
  facts(): Promise<{ status: string; cname: string; origins: string[] } | undefined>;
  /** `bucketHost` is `bucket.oss-cn-hangzhou.aliyuncs.com`. */
  add(bucketHost: string, scope: 'domestic' | 'overseas' | 'global'): Promise<void>;
  /** By name, with all that were made of it (headers are many of one name); one that was never made is missing. */
  settings(names: string[]): Promise<Map<string, Record<string, string>[]>>;
  set(name: string, values: Record<string, string>): Promise<void>;
}

/** Deployed functions, seen from outside. What is not there is undefined; throws SETUP_DENIED where FC refuses. */
export interface FunctionSettings {
  /** All whose names begin so. */
  named(prefix: string): Promise<string[]>;
  triggers(functionName: string): Promise<DeployedTrigger[] | undefined>;
  /** The qualifiers (`LATEST`) that have one. */
  asyncInvokeConfigs(functionName: string): Promise<string[]>;
  /** The qualifiers that hold instances ready, or will by schedule or by load. */
  provisionConfigs(functionName: string): Promise<string[]>;
  /** Waits for the answer; `error` says that the function failed, and then the payload is its error. */
  invoke(
    functionName: string,
    payload: Buffer,
  ): Promise<{ payload: Buffer; error?: string } | undefined>;
  domain(name: string): Promise<{ protocol: string; functions: string[] } | undefined>;
  /** Serves all of its paths by one function, over HTTPS. Certificate and key are PEM. */
  addDomain(domain: {
    name: string;
    functionName: string;
    certificate: string;
    privateKey: string;
  }): Promise<void>;
}

export interface DeployedTrigger {
  name: string;
  type: string;
  source: string;
  config: Record<string, unknown>;
}

/** What a function does later: an asynchronous invocation of it, of at most 128 KB. */
export interface TaskQueue {
  /**
   * 'duplicate' where a task of that id was handed over before: it does not run twice. An id is a letter, then up to
   * 127 letters, digits, `_` and `-`. Throws QUEUE_BUSY (transient) when the platform is still too busy after several attempts.
   */
  submit(id: string, payload: Buffer): Promise<'accepted' | 'duplicate'>;
}

/** As TaskQueue, for functions that keep no tasks too: those have no ids to refuse a second one by. */
export interface InvocationQueue extends TaskQueue {
  invoke(payload: Buffer): Promise<void>;
}

/** What the CDN keeps beyond our reach. Throws PURGE_BUSY where its quota is used up or it does not answer. */
export interface CdnPurges {
  quota(): Promise<PurgeQuota>;
  /** URLs of one domain, 1,000 or 100 directories at most. Answers the CDN's task ids, with commas between them. */
  purge(what: 'files' | 'directories', urls: string[]): Promise<string>;
}

/** Interleaved 8 bits a channel: three channels, or four where the picture has transparent parts. */
export interface Raster extends Size {
  data: Buffer;
  channels: 3 | 4;
  /** Of pixels that are not sRGB. */
  icc?: Buffer;
  /** The file ended too soon; these are the pixels that came. */
  salvaged?: true;
}

export interface DecodeOptions {
  picture: Picture;
  /** The largest size that is needed: nothing is decoded in full for less. */
  size: Size;
  /** Leave the pixels in the file's own colour space. */
  keepProfile: boolean;
  truncated: PresetList['truncated'];
}

export interface Codec {
  /** Reads a file's header. Throws ORIGINAL_* for what is not a picture, or is beyond the list's limits. */
  inspect(file: Buffer, list: PresetList): Promise<Picture>;
  /** The one decode: upright, and in sRGB unless the profile is kept. */
  decode(file: Buffer, options: DecodeOptions): Promise<Raster>;
  /** The middle of what a crop of this shape keeps of the picture. */
  search(raster: Raster, search: Search): Promise<Focus>;
  /** What its pixels say of how files of it are best encoded. */
  measure(raster: Raster): Promise<Content>;
  /** The pixels of one geometry, in the variant's colour space. */
  resize(raster: Raster, variant: Variant): Promise<Raster>;
  encode(raster: Raster, variant: Variant, picture: Picture): Promise<Buffer>;
  /** A variant that is made straight from the file. */
  encodeFromFile(file: Buffer, variant: Variant, picture: Picture): Promise<Buffer>;
  placeholder(raster: Raster): Promise<Placeholder>;
  /** Of an animation, upright, in sRGB and of this size. Throws VARIANT_UNRENDERABLE where one cannot be read. */
  frames(file: Buffer, picture: Picture, which: { at: number[]; size: Size }): Promise<Raster[]>;
  /**
   * What is shown to who judges: a JPEG of one picture, or of the frames of one beside each other, and 16 hex digits of a
   * perceptual hash of the first.
   */
  forModeration(frames: Raster[]): Promise<{ jpeg: Buffer; phash: string }>;
}

/**
 * Who says what a picture shows. Throws MODERATOR_UNAVAILABLE (transient) where it does not answer in time or has too
 * much to do, MODERATOR_DENIED where it refuses.
 */
export interface Moderator {
  /** A JPEG in the config bucket, by a service of that name. */
  judge(service: string, key: string): Promise<Judgement>;
}

/** Upright RGBA in the file's own colour space. */
export interface HeicPixels extends Size {
  data: Buffer;
}

/** What a codec leaves to another, which loads what it needs when it is first called. */
export interface ForeignDecoders {
  heic(file: Buffer, maxPixels: number): Promise<HeicPixels>;
}

/** The images and fonts that the lists in force draw with, by the SHA-256 of their bytes. */
export interface Marks {
  bytesOf(sha256: string): Promise<Buffer>;
  /** Which characters a font has. */
  glyphsOf(sha256: string): Promise<Covers>;
}

/** Draws with a file of a list, to see whether it can be done. Throws PRESETS_INVALID where not. */
export type InspectMark = (file: MarkFile, bytes: Buffer) => Promise<void>;

/** A preset list, and its fingerprint as manifests name it. */
export interface NamedList {
  list: PresetList;
  fingerprint: string;
}

/** The preset list in force. */
export interface ListInForce {
  /** As it was a moment ago: an instance asks for it every few seconds only. */
  current(): Promise<NamedList>;
  /** As it is now: one small request. */
  fresh(): Promise<NamedList>;
}

/** An action as a part of a trace, within the part that it is called from. */
export type Span = <T>(
  name: string,
  attributes: Record<string, string | number>,
  action: () => Promise<T>,
) => Promise<T>;

/** One JSON line for each happening of core/telling/log-events.ts, and nothing else. */
export interface Log {
  /** Each rendition; off in the cloud by default, where lines cost money. */
  debug: Tell;
  info: Tell;
  warn: Tell;
  error: Tell;
}

type Tell = <E extends LogEvent>(event: E, facts: LogFacts<E>) => void;

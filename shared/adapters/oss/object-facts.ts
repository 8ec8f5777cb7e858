import { focusFrom } from '../../core/picture/focus.ts';
import { type OriginalObject, wordsSaid } from '../../core/set/manifest.ts';
import { textFrom, type Texts } from '../../core/watermark/mark-text.ts';
import { unlike } from './body.ts';

export interface Said {
  /** Without its quotes. */
  etag: string;
  bytes: number | undefined;
  crc64: string | undefined;
}

/** What the headers of an answer say of an object. OSS always says an ETag: without it somebody else has answered. */
export function saidOf(what: string, headers: object): Said {
  const texts = new Map<string, unknown>(Object.entries(headers));
  const etag = bare(String(texts.get('etag') ?? ''));
  const bytes = String(texts.get('content-length') ?? '');
  const crc64 = String(texts.get('x-oss-hash-crc64ecma') ?? '');
  if (etag === '') throw unlike(what, 'an ETag', 'of the object', 'none');
  return {
    etag,
    bytes: /^\d+$/.test(bytes) ? Number(bytes) : undefined,
    crc64: crc64 || undefined,
  };
}

/** An ETag without its quotes. */
export function bare(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

export function objectFrom(what: string, key: string, headers: object): OriginalObject {
  const { etag, bytes, crc64 } = saidOf(what, headers);
  if (bytes === undefined) throw unlike(what, 'a Content-Length', 'of the object', 'none');
  const texts = new Map<string, unknown>(Object.entries(headers));
  const focus = texts.get(FOCUS);
  const modifiedMs = Date.parse(String(texts.get('last-modified')));
  return {
    key,
    etag,
    bytes,
    ...(crc64 ? { crc64 } : {}),
    ...(focus === undefined ? {} : { focus: focusFrom(String(focus)) }),
    ...wordsSaid(textsIn(texts)),
    ...(Number.isNaN(modifiedMs) ? {} : { uploadedAt: new Date(modifiedMs).toISOString() }),
    ...(isArchiveClass(String(texts.get('x-oss-storage-class'))) ? { isArchived: true } : {}),
  };
}

/** What an uploader says its picture is about. */
const FOCUS = 'x-oss-meta-focus';

/** What an uploader says for watermarks: `x-oss-meta-wm-user`. */
const WORD = /^x-oss-meta-wm-([a-z][a-z0-9-]*)$/;

function textsIn(headers: ReadonlyMap<string, unknown>): Texts {
  const said = [...headers].flatMap(([name, value]) => {
    const [, word] = WORD.exec(name) ?? [];
    return word === undefined ? [] : [[word, textFrom(String(value))] as const];
  });
  return Object.fromEntries(said);
}

/** A HEAD of a symlink has the size and the ETag of its target. */
export function isLink(headers: object): boolean {
  return new Map<string, unknown>(Object.entries(headers)).get('x-oss-object-type') === 'Symlink';
}

/** Of storage classes that cannot be read without restoring the object first. */
export function isArchiveClass(storageClass: string): boolean {
  return /^(Archive|ColdArchive|DeepColdArchive)$/.test(storageClass);
}

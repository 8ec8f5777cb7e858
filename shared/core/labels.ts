import readExif from 'exif-reader';
import { PNG_CHUNKS, pngChunks } from './apng.ts';
import type { Labels, Picture } from './picture.ts';

/**
 * Labels of AI content, which may not be removed (GB 45438-2025 names XMP and EXIF as their places), and the
 * copyright notice. Nothing else of a file's metadata is ever read into a rendition.
 */

export interface Metadata {
  exif?: Buffer | undefined;
  xmp?: Buffer | undefined;
  /** PNG text chunks. */
  comments?: { keyword: string; text: string }[] | undefined;
}

/** A label is some 200 bytes; what is beyond this is no label. */
const LONGEST_LABEL = 8192;

/** The UUID of a C2PA manifest store in JUMBF, wherever a format puts it. https://c2pa.org/specifications */
const C2PA_STORE = Buffer.from('6332706100110010800000aa00389b71', 'hex');

export function labelsIn(
  file: Buffer,
  kind: Picture['format'],
  metadata: Metadata,
): Labels | undefined {
  const xmp = metadata.xmp?.toString('utf8') ?? '';
  const aigc = aigcIn(xmp, metadata);
  const sourceType = propertyIn(xmp, 'DigitalSourceType');
  const labels: Labels = {
    ...(aigc ? { aigc } : {}),
    ...(sourceType && /algorithmic/i.test(sourceType) ? { digitalSourceType: sourceType } : {}),
    ...(hasCredentials(file, kind) ? { c2pa: true as const } : {}),
  };
  return Object.keys(labels).length > 0 ? labels : undefined;
}

/** A PNG has a chunk for it, so that its pixels, tens of megabytes of them, need not be looked through. */
function hasCredentials(file: Buffer, kind: Picture['format']): boolean {
  if (kind !== 'png') return file.includes(C2PA_STORE);
  for (const { type, at, bytes } of pngChunks(file)) {
    if (type === PNG_CHUNKS.caBX && file.subarray(at, at + bytes).includes(C2PA_STORE)) return true;
  }
  return false;
}

export function copyrightIn({ exif }: Metadata): string | undefined {
  const notice = exifOf(exif)?.Image?.Copyright;
  return typeof notice === 'string' && notice.trim() ? notice.trim().slice(0, 500) : undefined;
}

/** An XMP packet with the labels and nothing else, or undefined where there is none to carry. */
export function xmpOf(labels: Labels | undefined): string | undefined {
  const { aigc, digitalSourceType } = labels ?? {};
  if (!aigc && !digitalSourceType) return undefined;
  const properties = [
    aigc ? `<TC260:AIGC>${escaped(aigc)}</TC260:AIGC>` : '',
    digitalSourceType
      ? `<Iptc4xmpExt:DigitalSourceType>${escaped(digitalSourceType)}</Iptc4xmpExt:DigitalSourceType>`
      : '',
  ];
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">${properties.join('')}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

function aigcIn(xmp: string, { exif, comments }: Metadata): string | undefined {
  const inXmp = propertyIn(xmp, 'AIGC');
  if (inXmp) return inXmp;
  const inPng = comments?.find(({ keyword }) => keyword === 'AIGC')?.text;
  return inPng ? withinBounds(inPng) : withinBounds(userCommentIn(exif));
}

/** In EXIF the label is JSON in UserComment: `{"AIGC":{…}}`. */
function userCommentIn(exif: Buffer | undefined): string | undefined {
  const comment: unknown = exifOf(exif)?.Photo?.UserComment;
  const text = Buffer.isBuffer(comment) ? comment.toString('utf8') : comment;
  return typeof text === 'string' ? /\{\s*"AIGC"\s*:[\s\S]*\}/.exec(text)?.[0] : undefined;
}

/** Metadata that cannot be read has no label to keep; the picture is none the worse. */
function exifOf(exif: Buffer | undefined) {
  try {
    return exif && readExif(exif);
  } catch {
    return undefined;
  }
}

/** A property as an attribute or as an element, whatever prefix the packet gives its namespace. */
function propertyIn(xmp: string, name: string): string | undefined {
  const attribute = new RegExp(`[\\s:]${name}\\s*=\\s*(["'])([^<]*?)\\1`).exec(xmp)?.[2];
  const element = new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(xmp)?.[1];
  return withinBounds(unescaped(attribute ?? element));
}

function withinBounds(label: string | undefined): string | undefined {
  return label && label.length <= LONGEST_LABEL ? label : undefined;
}

const ENTITIES = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' } as const;

function unescaped(text: string | undefined): string | undefined {
  return text?.replace(
    /&(?:lt|gt|quot|apos|amp);/g,
    entity => ENTITIES[entity as keyof typeof ENTITIES],
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

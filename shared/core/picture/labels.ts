import { PNG_CHUNKS, pngChunks } from './apng.ts';
import { exifTexts } from './exif.ts';
import { xmpInJpeg } from './jpeg.ts';
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
const LONGEST_LABEL = 32_768;

const LONGEST_NOTICE = 500;

/** The UUID of a C2PA manifest store in JUMBF, wherever a format puts it. https://c2pa.org/specifications */
const C2PA_STORE = Buffer.from('6332706100110010800000aa00389b71', 'hex');

export function labelsIn(
  file: Buffer,
  kind: Picture['format'],
  metadata: Metadata,
): Labels | undefined {
  const packet = metadata.xmp ?? (kind === 'jpeg' ? xmpInJpeg(file) : undefined);
  const xmp = packet?.toString('utf8') ?? '';
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
  return exifTexts(exif).copyright?.slice(0, LONGEST_NOTICE);
}

/** What EXIF can hold: sharp, and libexif below it, write anything else as question marks. */
export function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** An XMP packet with these and nothing else, or undefined where there is none to carry. */
export function xmpOf(
  labels: Labels | undefined,
  copyright?: string,
  others = { attributes: '', elements: '' },
): string | undefined {
  const { aigc, digitalSourceType } = labels ?? {};
  const properties = [
    aigc ? `<TC260:AIGC>${escaped(aigc)}</TC260:AIGC>` : '',
    digitalSourceType
      ? `<Iptc4xmpExt:DigitalSourceType>${escaped(digitalSourceType)}</Iptc4xmpExt:DigitalSourceType>`
      : '',
    copyright
      ? `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${escaped(copyright)}</rdf:li></rdf:Alt></dc:rights>`
      : '',
    others.elements,
  ].join('');
  if (!properties) return undefined;
  const dc = copyright ? ' xmlns:dc="http://purl.org/dc/elements/1.1/"' : '';
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"${dc}${others.attributes}>${properties}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

function aigcIn(xmp: string, { exif, comments }: Metadata): string | undefined {
  const inXmp = propertyIn(xmp, 'AIGC');
  if (inXmp) return inXmp;
  const inPng = comments?.find(({ keyword }) => keyword === 'AIGC')?.text;
  return inPng ? withinBounds(inPng) : withinBounds(userCommentIn(exif));
}

/** In EXIF the label is JSON in UserComment: `{"AIGC":{…}}`. */
function userCommentIn(exif: Buffer | undefined): string | undefined {
  const comment = exifTexts(exif).userComment ?? '';
  const from = comment.search(/\{\s*"AIGC"\s*:/);
  const to = comment.lastIndexOf('}') + 1;
  return from >= 0 && to > from ? comment.slice(from, to) : undefined;
}

/**
 * A property as an attribute or as an element, whatever prefix the packet gives its namespace. No pattern looks
 * past the next `<`, so that a packet made for it cannot make the search take hours.
 */
function propertyIn(xmp: string, name: string): string | undefined {
  const attribute = new RegExp(`[\\s:]${name}\\s*=\\s*(["'])([^<]*?)\\1`).exec(xmp)?.[2];
  return withinBounds(unescaped(attribute ?? elementIn(xmp, name)));
}

/** The text of an element, also where it is CDATA or the one item of a list. */
function elementIn(xmp: string, name: string): string | undefined {
  const opening = new RegExp(`<((?:[\\w-]+:)?${name})(?:\\s[^<>]*)?>`).exec(xmp);
  if (!opening) return undefined;
  const from = opening.index + opening[0].length;
  const to = xmp.indexOf(`</${opening[1]}`, from);
  if (to < 0) return undefined;
  return textOf(xmp.slice(from, to)).trim() || undefined;
}

/** Without tags, and with CDATA as the text it stands for. */
function textOf(markup: string): string {
  const untagged = (text: string) => text.replace(/<[^<>]*>/g, '');
  const [before = '', ...sections] = markup.split('<![CDATA[');
  const texts = sections.map(section => {
    const end = section.indexOf(']]>');
    return end < 0 ? '' : escaped(section.slice(0, end)) + untagged(section.slice(end + 3));
  });
  return [untagged(before), ...texts].join('');
}

function withinBounds(label: string | undefined): string | undefined {
  return label && label.length <= LONGEST_LABEL ? label : undefined;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string | undefined): string | undefined {
  return text?.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|quot|apos|amp));/gi,
    (whole, ...found) => {
      const [decimal, hexadecimal, named] = found as (string | undefined)[];
      if (named) return ENTITIES[named.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hexadecimal ?? '', 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

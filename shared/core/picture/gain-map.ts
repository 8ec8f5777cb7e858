import { segmentData, segmentsOf, XMP_HEADER } from './jpeg.ts';
import { directoryAt, tiffReader } from './tiff-reader.ts';

/**
 * The second picture in an Ultra HDR JPEG, which says how much brighter than the first each place is. It is found by
 * the index of all pictures in the file (CIPA DC-007, 5.2); what it means is in its own XMP (Google's Ultra HDR 1.1,
 * Adobe's gain map 1.0) or in ISO 21496-1. Read in bounds, whatever the bytes are.
 */
export interface GainMap {
  /** A JPEG of its own. */
  image: Buffer;
  scale: GainScale;
}

/** Of red, green and blue. */
export type Triple = [number, number, number];

/** What the numbers of a gain map mean. Gains and capacities are powers of two, gamma is what they are raised to. */
export interface GainScale {
  min: Triple;
  max: Triple;
  gamma: Triple;
  offsetSdr: Triple;
  offsetHdr: Triple;
  /** How much brighter than white a display is where the map begins to count, and where it counts in full. */
  capacity: [number, number];
}

const APP1 = 0xe1;
const APP2 = 0xe2;
const MPF_NAME = Buffer.from('MPF\0', 'latin1');
export const ISO_NAME = Buffer.from('urn:iso:std:iso:ts:21496:-1\0', 'latin1');
export const GAIN_NAMESPACE = 'http://ns.adobe.com/hdr-gain-map/1.0/';

/** 'unreadable' where there is one, but not what it means; a base that is HDR itself is among these. */
export function gainMapIn(file: Buffer): GainMap | 'unreadable' | undefined {
  for (const image of furtherPictures(file)) {
    const iso = segmentData(image, APP2, ISO_NAME);
    const xmp = segmentData(image, APP1, XMP_HEADER)?.toString('utf8');
    const isByXmp = xmp?.includes(GAIN_NAMESPACE) === true;
    if (!iso && !isByXmp) continue;
    const scale = (iso && scaleInIso(iso)) ?? (isByXmp ? scaleInXmp(xmp) : undefined);
    return scale && isSound(scale) ? { image, scale } : 'unreadable';
  }
  return undefined;
}

const MP_ENTRIES = 0xb002;
const ENTRY_BYTES = 16;
/** A camera writes two or three. */
const MOST_PICTURES = 16;

/** All but the first. An offset is counted from the index's own byte order. (CIPA DC-007, 5.2.3.3) */
function furtherPictures(file: Buffer): Buffer[] {
  const segment = [...segmentsOf(file)].find(
    ({ marker, data }) => marker === APP2 && data.subarray(0, MPF_NAME.length).equals(MPF_NAME),
  );
  if (!segment) return [];
  const index = segment.data.subarray(MPF_NAME.length);
  const begin = segment.at + 4 + MPF_NAME.length;
  const reader = tiffReader(index);
  const entry = directoryAt(reader, reader.long(4)).get(MP_ENTRIES);
  if (entry === undefined) return [];
  const count = Math.min(Math.floor(reader.long(entry + 4) / ENTRY_BYTES), MOST_PICTURES);
  const from = reader.long(entry + 8);
  return Array.from({ length: Math.max(0, count - 1) }, (_, at) => {
    const one = from + (at + 1) * ENTRY_BYTES;
    const start = begin + reader.long(one + 8);
    return { start, end: start + reader.long(one + 4) };
  })
    .filter(({ start, end }) => end > start + 4 && end <= file.length)
    .map(({ start, end }) => file.subarray(start, end))
    .filter(picture => picture.readUInt16BE(0) === 0xffd8);
}

function scaleInXmp(xmp: string): GainScale | undefined {
  if (/true/i.test(textsOf(xmp, 'BaseRenditionIsHDR')[0] ?? '')) return undefined;
  const triple = (name: string, otherwise: number) => tripleOf(textsOf(xmp, name), otherwise);
  const single = (name: string, otherwise: number) => triple(name, otherwise)[0];
  return {
    min: triple('GainMapMin', 0),
    max: triple('GainMapMax', Number.NaN),
    gamma: triple('Gamma', 1),
    offsetSdr: triple('OffsetSDR', 1 / 64),
    offsetHdr: triple('OffsetHDR', 1 / 64),
    capacity: [single('HDRCapacityMin', 0), single('HDRCapacityMax', Number.NaN)],
  };
}

function tripleOf(texts: string[], otherwise: number): Triple {
  const [red = otherwise, green = red, blue = green] = texts.map(Number);
  return [red, green, blue];
}

/** An attribute, the text of an element, or the items of its list. No pattern looks past the next `<`. */
function textsOf(xmp: string, name: string): string[] {
  const attribute = new RegExp(`[\\s:]${name}\\s*=\\s*(["'])([^<"']*)\\1`).exec(xmp)?.[2];
  if (attribute !== undefined) return [attribute];
  const opening = new RegExp(`<((?:[\\w-]+:)?${name})(?:\\s[^<>]*)?>`).exec(xmp);
  if (!opening) return [];
  const from = opening.index + opening[0].length;
  const inner = xmp.slice(from, xmp.indexOf(`</${opening[1]}`, from));
  const items = [...inner.matchAll(/<(?:\w+:)?li(?:\s[^<>]*)?>([^<]*)</g)].map(
    item => item[1] ?? '',
  );
  return items.length > 0 ? items : [inner];
}

const IS_OF_CHANNELS = 0x80;
const HAS_ONE_DENOMINATOR = 0x08;

/** Versions, flags, headrooms, and five numbers for one channel or three; each a fraction. (ISO 21496-1, annex C) */
function scaleInIso(data: Buffer): GainScale | undefined {
  const flags = data[4];
  if (flags === undefined || data.readUInt16BE(0) !== 0) return undefined;
  const isShared = (flags & HAS_ONE_DENOMINATOR) !== 0;
  const channels = flags & IS_OF_CHANNELS ? 3 : 1;
  const count = 2 + channels * 5;
  if (data.length < 5 + (isShared ? 4 * (count + 1) : 8 * count)) return undefined;
  const fractionOf = (index: number, isSigned: boolean) => {
    const at = isShared ? 9 + index * 4 : 5 + index * 8;
    const numerator = isSigned ? data.readInt32BE(at) : data.readUInt32BE(at);
    return numerator / data.readUInt32BE(isShared ? 5 : at + 4);
  };
  const triple = (field: number, isSigned: boolean) =>
    [0, 1, 2].map(channel =>
      fractionOf(2 + (channels === 3 ? channel : 0) * 5 + field, isSigned),
    ) as Triple;
  return {
    min: triple(0, true),
    max: triple(1, true),
    gamma: triple(2, false),
    offsetSdr: triple(3, true),
    offsetHdr: triple(4, true),
    capacity: [fractionOf(0, false), fractionOf(1, false)],
  };
}

/** Gains of a thousand times are beyond any display. */
const MOST = 1000;

function isSound({ min, max, gamma, offsetSdr, offsetHdr, capacity }: GainScale): boolean {
  const all = [...min, ...max, ...gamma, ...offsetSdr, ...offsetHdr, ...capacity];
  const isOrdered = max.every((value, at) => value >= (min[at] ?? 0)) && capacity[1] > capacity[0];
  return isOrdered && all.every(value => Math.abs(value) < MOST) && gamma.every(value => value > 0);
}

/** The number that changes nothing, for what a list puts around a picture. */
export function neutralOf({ min, max, gamma }: GainScale): string {
  const hex = min.map((least, at) => {
    const span = (max[at] ?? 0) - least;
    const share = span > 0 ? Math.min(1, Math.max(0, -least / span)) : 0;
    return Math.round(255 * share ** (gamma[at] ?? 1))
      .toString(16)
      .padStart(2, '0');
  });
  return `#${hex.join('')}`;
}

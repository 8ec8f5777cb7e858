import { GAIN_NAMESPACE, type GainScale, ISO_NAME, type Triple } from './gain-map.ts';
import { segmentsOf, XMP_HEADER } from './jpeg.ts';

/**
 * An Ultra HDR JPEG of two: the index that a reader finds the second by, and what its numbers mean, as XMP for
 * older Androids and as ISO 21496-1. libultrahdr, which sharp writes them with, leaves out XMP, turns nothing, and
 * takes none of the encoder's settings.
 */

const APP1 = 0xe1;
const APP2 = 0xe2;

/** What the XMP of the first has to say beside anything else. (Ultra HDR 1.1, "XMP attributes") */
export function gainMapXmp(gainMapBytes: number): { attributes: string; elements: string } {
  const item = (semantic: string, length: string) =>
    `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="${semantic}" Item:Mime="image/jpeg"${length}/></rdf:li>`;
  return {
    attributes: ` xmlns:hdrgm="${GAIN_NAMESPACE}" xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0"`,
    elements: `<Container:Directory><rdf:Seq>${item('Primary', '')}${item('GainMap', ` Item:Length="${gainMapBytes}"`)}</rdf:Seq></Container:Directory>`,
  };
}

/** The second picture, with what its numbers mean. */
export function gainMapFile(jpeg: Buffer, scale: GainScale): Buffer {
  const xmp = Buffer.concat([XMP_HEADER, Buffer.from(xmpOfScale(scale))]);
  const iso = Buffer.concat([ISO_NAME, isoOfScale(scale)]);
  return withSegments(jpeg, [segment(APP1, xmp), segment(APP2, iso)]);
}

/** Both in one file. */
export function ultraHdrOf(primary: Buffer, gainMap: Buffer): Buffer {
  // Four zeros: it has a gain map, of this version.
  const said = segment(APP2, Buffer.concat([ISO_NAME, Buffer.alloc(4)]));
  const indexAt = afterSegments(primary) + said.length;
  const bytes = primary.length + said.length + INDEX_BYTES;
  const index = indexOf(bytes, gainMap.length, bytes - indexAt - BEFORE_OFFSETS);
  return Buffer.concat([withSegments(primary, [said, index]), gainMap]);
}

/** Marker, length and name, which the offsets are not counted from. */
const BEFORE_OFFSETS = 8;
const INDEX_BYTES = 90;

/** Two entries: a primary JPEG, and one of no type. (CIPA DC-007, 5.2.3) */
function indexOf(primaryBytes: number, gainMapBytes: number, gainMapAt: number): Buffer {
  const data = Buffer.alloc(INDEX_BYTES - 4);
  data.write('MPF\0MM\0*', 'latin1');
  const numbers: [at: number, value: number][] = [
    [8, 8],
    [14, 0xb0000007],
    [18, 4],
    [26, 0xb0010004],
    [30, 1],
    [34, 2],
    [38, 0xb0020007],
    [42, 32],
    [46, 50],
    [54, 0x00030000],
    [58, primaryBytes],
    [74, gainMapBytes],
    [78, gainMapAt],
  ];
  for (const [at, value] of numbers) data.writeUInt32BE(value, at);
  data.writeUInt16BE(3, 12);
  data.write('0100', 22, 'latin1');
  return segment(APP2, data);
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

function withSegments(jpeg: Buffer, segments: Buffer[]): Buffer {
  const at = afterSegments(jpeg);
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}

/** Behind the application's own segments, which come first. */
function afterSegments(jpeg: Buffer): number {
  let at = 2;
  for (const { marker, end } of segmentsOf(jpeg)) {
    if (marker < 0xe0 || marker > 0xef) break;
    at = end;
  }
  return at;
}

function xmpOfScale({ min, max, gamma, offsetSdr, offsetHdr, capacity }: GainScale): string {
  const list = (name: string, values: Triple) =>
    `<hdrgm:${name}><rdf:Seq>${values.map(value => `<rdf:li>${value.toFixed(6)}</rdf:li>`).join('')}</rdf:Seq></hdrgm:${name}>`;
  const all = {
    GainMapMin: min,
    GainMapMax: max,
    Gamma: gamma,
    OffsetSDR: offsetSdr,
    OffsetHDR: offsetHdr,
  };
  const [alike, apart] = [true, false].map(isOne =>
    Object.entries(all).filter(([, values]) => isAlike(values) === isOne),
  );
  const attributes = (alike ?? []).map(([name, [value]]) => ` hdrgm:${name}="${value.toFixed(6)}"`);
  const elements = (apart ?? []).map(([name, values]) => list(name, values));
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:hdrgm="${GAIN_NAMESPACE}" hdrgm:Version="1.0"${attributes.join('')} hdrgm:HDRCapacityMin="${capacity[0].toFixed(6)}" hdrgm:HDRCapacityMax="${capacity[1].toFixed(6)}" hdrgm:BaseRenditionIsHDR="False">${elements.join('')}</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

function isAlike([red, green, blue]: Triple): boolean {
  return red === green && green === blue;
}

const DENOMINATOR = 1_000_000;
/** One channel for all, in the colour space of the first picture; the other flag is for three. */
const IN_BASE_SPACE = 0x40;
const IS_OF_CHANNELS = 0x80;

/** As `scaleInIso` of gain-map.ts reads it, each number with its denominator. */
function isoOfScale({ min, max, gamma, offsetSdr, offsetHdr, capacity }: GainScale): Buffer {
  const fields = [min, max, gamma, offsetSdr, offsetHdr];
  const channels = fields.every(isAlike) ? [0] : [0, 1, 2];
  const numbers = [...capacity, ...channels.flatMap(at => fields.map(values => values[at] ?? 0))];
  const data = Buffer.alloc(5 + numbers.length * 8);
  data[4] = channels.length === 1 ? IN_BASE_SPACE : IN_BASE_SPACE | IS_OF_CHANNELS;
  for (const [index, value] of numbers.entries()) {
    data.writeInt32BE(Math.round(value * DENOMINATOR), 5 + index * 8);
    data.writeUInt32BE(DENOMINATOR, 9 + index * 8);
  }
  return data;
}

import { type Box, boxesIn, find, indicesOf, primaryOf } from './iso-media.ts';
import { refuse } from './limits.ts';

/**
 * What an AVIF or HEIC is put together from: a grid of tiles, layers over each other, a picture of its alpha. A small
 * canvas may name large ones, which a decoder works through all the same. (ISO/IEC 23008-12, 6.6.2)
 */

/** 50 megapixels of a canvas, and what the last row and column of tiles may hang over. */
const MOST_MEGAPIXELS = 64;
/** Grids within layers; a tile of a tile is nobody's. */
const DEEPEST = 4;
/** As libheif has it for items and for references of each. */
const MOST_ITEMS = 256;

/** Throws ORIGINAL_TOO_LARGE where what is decoded for the picture is far more than the picture. */
export function refusePartsOf(file: Buffer): void {
  const whole = { type: '', from: 0, to: file.length };
  const meta = find(file, whole, 'meta');
  if (!meta) return;
  const primary = primaryOf(file, meta);
  const references = referencesIn(file, find(file, meta, 'iref', 4));
  const masks = references
    .filter(({ type, to }) => type === 'auxl' && to.includes(primary))
    .map(({ item }) => item);
  const pixelsOf = counting(file, meta, references);
  for (const item of [primary, ...masks]) {
    const megapixels = pixelsOf(item, 0) / 1e6;
    if (megapixels <= MOST_MEGAPIXELS) continue;
    const received = Number.isFinite(megapixels) ? `${Math.ceil(megapixels)}` : 'more';
    refuse(`at most ${MOST_MEGAPIXELS} megapixels in the parts of a picture`, received);
  }
}

/** The first picture that an item is put together from, down to one that is coded; the item itself where it is. */
export function firstPartOf(file: Buffer, meta: Box, item: number): number {
  const references = referencesIn(file, find(file, meta, 'iref', 4));
  let part = item;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next = references.find(one => one.type === 'dimg' && one.item === part)?.to[0];
    if (next === undefined) return part;
    part = next;
  }
  return part;
}

interface Reference {
  type: string;
  item: number;
  to: number[];
}

/** The first version has 16 bits for an item's number, the next one 32. (ISO/IEC 14496-12, 8.11.12) */
function referencesIn(file: Buffer, iref: Box | undefined): Reference[] {
  if (!iref || iref.to - iref.from < 4) return [];
  const bytes = (file[iref.from] ?? 0) > 0 ? 4 : 2;
  return boxesIn(file, iref.from + 4, iref.to).flatMap(({ type, from, to }) => {
    if (to - from < bytes + 2) return [];
    const said = file.readUInt16BE(from + bytes);
    const count = Math.min(said, MOST_ITEMS, Math.floor((to - from - 2) / bytes) - 1);
    const at = (place: number) => file.readUIntBE(from + bytes + 2 + place * bytes, bytes);
    return [
      {
        type,
        item: file.readUIntBE(from, bytes),
        to: Array.from({ length: Math.max(0, count) }, (_, place) => at(place)),
      },
    ];
  });
}

/** Pixels that are decoded for an item. Each is looked at once, whatever refers to it. */
function counting(file: Buffer, meta: Box, references: Reference[]) {
  const sizeOf = sizesIn(file, meta);
  const known = new Map<number, number>();
  const pixelsOf = (item: number, depth: number): number => {
    const counted = known.get(item);
    if (counted !== undefined) return counted;
    if (depth > DEEPEST) return Number.POSITIVE_INFINITY;
    const parts = references.filter(one => one.type === 'dimg' && one.item === item);
    const pixels =
      parts.length === 0
        ? sizeOf(item)
        : parts.flatMap(({ to }) => to).reduce((sum, part) => sum + pixelsOf(part, depth + 1), 0);
    known.set(item, pixels);
    return pixels;
  };
  return pixelsOf;
}

/** By ispe, which libheif holds a decoder to. */
function sizesIn(file: Buffer, meta: Box): (item: number) => number {
  const properties = find(file, meta, 'iprp', 4);
  const container = find(file, properties, 'ipco');
  const associations = find(file, properties, 'ipma');
  const all = container ? boxesIn(file, container.from, container.to) : [];
  return item => {
    const own = indicesOf(file, associations, item).map(index => all[index - 1]);
    const size = own.find(box => box?.type === 'ispe' && box.to - box.from >= 12);
    return size ? file.readUInt32BE(size.from + 4) * file.readUInt32BE(size.from + 8) : 0;
  };
}

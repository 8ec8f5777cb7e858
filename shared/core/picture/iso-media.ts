/**
 * The few boxes of an AVIF or HEIC that say its colour, and how it is turned: the properties of its primary item. Read in bounds,
 * whatever the bytes are. (ISO/IEC 14496-12, 4.2, 12.1.5; ISO/IEC 23008-12, 9.3; AV1-ISOBMFF, 2.3)
 */

export interface Box {
  type: string;
  from: number;
  to: number;
}

/** A grid of a hundred tiles has some ten boxes a level; more than these are not read. */
const MOST_BOXES = 500;
/** Of ipma: items and, of each, properties. */
const MOST_ITEMS = 20_000;

export function boxesIn(file: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to && boxes.length < MOST_BOXES; ) {
    const size = file.readUInt32BE(at);
    const isLong = size === 1 && at + 16 <= to;
    const bytes = size === 0 ? to - at : isLong ? Number(file.readBigUInt64BE(at + 8)) : size;
    if (bytes < 8) break;
    const end = Math.min(to, at + bytes);
    boxes.push({
      type: file.toString('latin1', at + 4, at + 8),
      from: at + (isLong ? 16 : 8),
      to: end,
    });
    at += bytes;
  }
  return boxes;
}

export function find(
  file: Buffer,
  within: Box | undefined,
  type: string,
  skip = 0,
): Box | undefined {
  if (!within) return undefined;
  return boxesIn(file, within.from + skip, within.to).find(box => box.type === type);
}

export interface Nclx {
  primaries: number;
  transfer: number;
  isFull: boolean;
}

/** Undefined fields are not said. */
export interface IsoColour {
  nclx?: Nclx;
  isMonochrome?: true;
  isAv1?: true;
}

export function isoColourOf(file: Buffer): IsoColour {
  const { own, all } = propertiesOf(file);
  // The tiles of a grid say what the grid itself may leave out.
  const nclx = nclxAmong(file, own) ?? nclxAmong(file, all);
  const config = own.find(isConfig) ?? all.find(isConfig);
  return {
    ...(nclx ? { nclx } : {}),
    ...(config && isGrey(file, config) ? { isMonochrome: true } : {}),
    ...(config?.type === 'av1C' ? { isAv1: true } : {}),
  };
}

/** Whether a box of the picture says that it is stored turned or mirrored. (ISO/IEC 23008-12, 6.5.10, 6.5.12) */
export function isTurnedByBox(file: Buffer): boolean {
  return propertiesOf(file).own.some(({ type }) => type === 'irot' || type === 'imir');
}

/** Of the primary item, and of all. */
function propertiesOf(file: Buffer): { own: Box[]; all: Box[] } {
  const whole = { type: '', from: 0, to: file.length };
  const meta = find(file, whole, 'meta');
  const properties = find(file, meta, 'iprp', 4);
  const container = find(file, properties, 'ipco');
  if (!meta || !properties || !container) return { own: [], all: [] };
  const all = boxesIn(file, container.from, container.to);
  const indices = indicesOf(file, find(file, properties, 'ipma'), primaryOf(file, meta));
  return { own: indices.map(index => all[index - 1]).filter(box => box !== undefined), all };
}

function nclxAmong(file: Buffer, boxes: Box[]): Nclx | undefined {
  const box = boxes.find(
    ({ type, from, to }) =>
      type === 'colr' && to - from >= 11 && file.toString('latin1', from, from + 4) === 'nclx',
  );
  if (!box) return undefined;
  return {
    primaries: file.readUInt16BE(box.from + 4),
    transfer: file.readUInt16BE(box.from + 6),
    isFull: ((file[box.from + 10] ?? 0) & 0x80) !== 0,
  };
}

function isConfig({ type }: Box): boolean {
  return type === 'av1C' || type === 'hvcC';
}

/** av1C has a flag for it, hvcC the chroma format, 0 being none. (AV1-ISOBMFF, 2.3.3; ISO/IEC 14496-15, 8.3.2.1) */
function isGrey(file: Buffer, { type, from, to }: Box): boolean {
  const at = type === 'av1C' ? from + 2 : from + 16;
  const byte = at < to ? (file[at] ?? 0) : undefined;
  if (byte === undefined) return false;
  return type === 'av1C' ? (byte & 0x10) !== 0 : (byte & 3) === 0;
}

/** The flag of av1C that its samples have more than 8 bits, which each tile of a grid has. (AV1-ISOBMFF, 2.3.3) */
export function isDeepAvif(file: Buffer): boolean {
  const config = propertiesOf(file).all.find(({ type }) => type === 'av1C');
  return config !== undefined && ((file[config.from + 2] ?? 0) & 0x40) !== 0;
}

/** The first version of a full box has 16 bits for an item's number, later ones 32. */
export function primaryOf(file: Buffer, meta: Box): number {
  const box = find(file, meta, 'pitm', 4);
  if (!box || box.to - box.from < 6) return 0;
  const isLong = (file[box.from] ?? 0) > 0 && box.to - box.from >= 8;
  return isLong ? file.readUInt32BE(box.from + 4) : file.readUInt16BE(box.from + 4);
}

/** Which properties an item has, counted from 1. */
export function indicesOf(file: Buffer, ipma: Box | undefined, item: number): number[] {
  if (!ipma || ipma.to - ipma.from < 8) return [];
  const idBytes = (file[ipma.from] ?? 0) > 0 ? 4 : 2;
  const indexBytes = ((file[ipma.from + 3] ?? 0) & 1) === 1 ? 2 : 1;
  const items = Math.min(file.readUInt32BE(ipma.from + 4), MOST_ITEMS);
  let at = ipma.from + 8;
  for (let read = 0; read < items && at + idBytes + 1 <= ipma.to; read += 1) {
    const count = file[at + idBytes] ?? 0;
    const from = at + idBytes + 1;
    const to = Math.min(ipma.to, from + count * indexBytes);
    if (file.readUIntBE(at, idBytes) === item) return indicesBetween(file, from, to, indexBytes);
    at = from + count * indexBytes;
  }
  return [];
}

/** Without the highest bit, which says that a reader has to know the property. */
function indicesBetween(file: Buffer, from: number, to: number, bytes: number): number[] {
  const indices: number[] = [];
  for (let at = from; at + bytes <= to; at += bytes) {
    indices.push(file.readUIntBE(at, bytes) & (bytes === 2 ? 0x7fff : 0x7f));
  }
  return indices;
}

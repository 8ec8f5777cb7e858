/** HEIC pictures whose grid shows one tile again and again, so that a small file is a picture of any size. */

interface Tile {
  side: number;
  /** What its decoder is told, and what it decodes. */
  hvcC: Buffer;
  data: Buffer;
}

/** Drawn for this by sharp, encoded by heif-enc 1.15.1 (x265, quality 20), of which these are the bytes of hvcC and mdat. */
export const FLAT: Tile = {
  side: 64,
  hvcC: fromBase64(
    'AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAA',
    'AwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQA==',
  ),
  data: fromBase64('AAAAFSgBrwtg+sbB1//04O/eoQcrk7TtwA=='),
};
/** In 10 bits and 4:4:4, the costliest that decoders take. */
export const TEXTURED: Tile = {
  side: 512,
  hvcC: fromBase64(
    'AQQIAAAAAAAAAAAAWvAA/P/4+AAADwMgAAEAF0ABDAH//wQIAAADAJ44AAADAABaugJAIQABACxCAQEECAAAAwCeOA',
    'AAAwAAWpAAgEAQCy3UklNc3AgIGBAAAAMAEAAAAwAQgCIAAQAIRAHBcoYMBiQ=',
  ),
  data: fromBase64(
    'AAADCygBrwtECKBQTl9JW1GA+sd9/qcTi3KE6oLTdiPPWqiyOAyh0C0H9NitVJWod8oIVufiNUr1L+KyW4CT9uAP1b',
    '9uAvSxH9SEy5tgqawqdEHBL0/YiEnNA+v//fQPS9Tbf3dwXcgesbDrSrgyU8+gf5viBm5LRiGOw3WgS8hYVZSwDK+e',
    'rjuvZuu+dbWDm3/X+1gLmke6UuUvpfD/M6JlJ9V7v+jpUnyLm8ks/AaQs6zSRG5sr9z6HedBM2wd70NvGQrjRx/22O',
    'nVAPaMYQGg8McfeD/+88YcDtMXh2EJ56I5mYECfGuMePHp/fsQVvPrZ58Jqd/sB9ba0/6Pt5y+d5ht1Laz7aSaC8lp',
    'x+N2ff2+Rk491oq2QwrFEgNgBcI3pmZ6J2SUlT+tHXVqkQhwAvIxyuOFB8O4FoOABowVnPPXXnEBNosOYd84aMxjOw',
    'OA2i02orly3BLLahTWItKtYIYIZtT8dIWLNoZqXxiTb3ndZdZX1tYF7wOcLXBzACK2FiamjdGYEHvFN3bcGJaQ62GF',
    'NYs7///tpOjLeN7tK1m0opFd/RP9/GjptSsAAWeq2f70VTJP3tDOB8E7gyuPy7OBZgmxMvY9ZgHctqHJHhpobajFfc',
    'G03X/TDqfUIOxWvg3EKwbB1/cQHTdlRgqwTJz0gLVZArP0OWBjmF0WgfRk6jUfRMuaNiv3gwoJZrcI8pi6jUbOeNKp',
    'BpmJPLPLcXLI3Hle61nFGlvSRcT4NS/lGu+a8c7ETPb/8tei7EAHsRRNOKfIwdHKahrdoB8jk2WWxuT40HTZcJXYOk',
    '32Qv056boLvzZp5/9KD09YaDlJYVilMtbKcfUTb4b6SKmI4weVhjx9LjTVVn+xgnL/b9i0KRS1E3GUT/I68/GUTfxH',
    'JbpGSaXki8B4t+M7lZH/Uuqh5jztGs1uCEn1t7XXMzi4tk6oaOW3qh8SvChNnIb1jXYxxesyyddPuXzLKwflrajks7',
    '/ZTi8rV+NragKsYbeIaRiAmpHQVrL2PZAoBSkPELQQsSrLBUeYpaJw',
  ),
};

function fromBase64(...lines: string[]): Buffer {
  return Buffer.from(lines.join(''), 'base64');
}

interface Grid {
  tile: Tile;
  columns: number;
  rows: number;
  /** As the grid says them, and as the property of its size does. */
  width?: number;
  height?: number;
  said?: [width: number, height: number];
  /** References of the grid to what it is made of: by default as many as it has places. */
  tiles?: number;
  /** To so many items in turn; by default each to one of its own. */
  items?: number;
  /** The first of them is the grid itself. */
  isOfItself?: true;
  /** A second grid, in shades of grey, is the alpha of the first. */
  isTransparent?: boolean;
}

const GRID = 1;
const ALPHA = 2;
const FIRST_TILE = 3;

/** (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 6.6.2.3) */
export function heicGrid(grid: Grid): Buffer {
  const { tile, isTransparent, items: count = tilesOf(grid) } = grid;
  const items = Array.from({ length: count }, (_, at) => FIRST_TILE + at);
  const grids = isTransparent ? [GRID, ALPHA] : [GRID];
  const meta = (place: number) =>
    fullBox(
      'meta',
      0,
      0,
      fullBox('hdlr', 0, 0, Buffer.concat([u32(0), Buffer.from('pict'), Buffer.alloc(13)])),
      fullBox('pitm', 0, 0, u16(GRID)),
      itemsOf(grids, items),
      referencesOf(grid, grids, items),
      propertiesOf(grid, grids, items),
      box('idat', descriptionOf(grid)),
      placesOf(grids, items, place, tile.data.length),
    );
  const type = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
  const place = type.length + meta(0).length + 8;
  return Buffer.concat([type, meta(place), box('mdat', tile.data)]);
}

function tilesOf({ columns, rows, tiles = columns * rows }: Grid): number {
  return tiles;
}

/** Eight bits for each count less one, and sizes of 32 bits. */
function descriptionOf({ tile, columns, rows, ...size }: Grid): Buffer {
  const { width = columns * tile.side, height = rows * tile.side } = size;
  const counts = Buffer.from([0, 1, rows - 1, columns - 1]);
  return Buffer.concat([counts, u32(width), u32(height)]);
}

function itemsOf(grids: number[], items: number[]): Buffer {
  const entry = (item: number, type: string) =>
    fullBox('infe', 2, 0, Buffer.concat([u16(item), u16(0), Buffer.from(`${type}\0`, 'latin1')]));
  const all = [
    ...grids.map(item => entry(item, 'grid')),
    ...items.map(item => entry(item, 'hvc1')),
  ];
  return fullBox('iinf', 0, 0, u16(all.length), Buffer.concat(all));
}

function referencesOf(grid: Grid, grids: number[], items: number[]): Buffer {
  const tiles = Array.from({ length: tilesOf(grid) }, (_, at) => items[at % items.length] ?? 0);
  const made = grid.isOfItself ? [GRID, ...tiles.slice(1)] : tiles;
  const to = Buffer.concat([u16(made.length), ...made.map(u16)]);
  const references = grids.map(item => box('dimg', u16(item), to));
  const alpha = grids.includes(ALPHA) ? [box('auxl', u16(ALPHA), u16(1), u16(GRID))] : [];
  return fullBox('iref', 0, 0, ...references, ...alpha);
}

/** Of a tile: its decoder and its size. Of a grid: its size, and what it is. */
function propertiesOf({ tile, columns, rows, said }: Grid, grids: number[], items: number[]) {
  const [width, height] = said ?? [columns * tile.side, rows * tile.side];
  const alpha = Buffer.from('urn:mpeg:hevc:2015:auxid:1\0', 'latin1');
  const properties = box(
    'ipco',
    box('hvcC', tile.hvcC),
    fullBox('ispe', 0, 0, u32(tile.side), u32(tile.side)),
    fullBox('ispe', 0, 0, u32(width), u32(height)),
    fullBox('auxC', 0, 0, alpha),
  );
  const associated = [
    ...grids.map(item => [...u16(item), ...(item === ALPHA ? [2, 3, 0x84] : [1, 3])]),
    ...items.map(item => [...u16(item), 2, 0x81, 2]),
  ];
  const entries = Buffer.from(associated.flat());
  return box('iprp', properties, fullBox('ipma', 0, 0, u32(associated.length), entries));
}

/** A grid's description lies in idat, and every tile at one place of the file. */
function placesOf(grids: number[], items: number[], place: number, bytes: number): Buffer {
  const entry = (item: number, method: number, at: number, length: number) =>
    Buffer.concat([u16(item), u16(method), u16(0), u16(1), u32(at), u32(length)]);
  const all = [
    ...grids.map(item => entry(item, 1, 0, 12)),
    ...items.map(item => entry(item, 0, place, bytes)),
  ];
  return fullBox('iloc', 1, 0, Buffer.from([0x44, 0]), u16(all.length), Buffer.concat(all));
}

function box(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

function fullBox(type: string, version: number, flags: number, ...parts: Buffer[]): Buffer {
  return box(type, u32(version * 2 ** 24 + flags), ...parts);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

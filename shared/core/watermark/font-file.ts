import { Failure } from '../failure.ts';

/** TrueType and OpenType files: a directory of tables. (ISO/IEC 14496-22, 4.5) */

interface Table {
  tag: string;
  data: Buffer;
}

const KINDS = new Map([
  [0x00_01_00_00, 'TrueType'],
  [0x74_72_75_65, 'TrueType'],
  [0x4f_54_54_4f, 'OpenType'],
]);
const COLLECTION = 0x74_74_63_66;
const WINDOWS = { platform: 3, encoding: 1, language: 0x04_09 };

/**
 * The font under a name that no other file has, of a collection the first. Fonts are known to a process by their names
 * for as long as it lives: two files of one name, of two editions of a list or one of the machine's own, would be one.
 * Throws PRESETS_INVALID for what is no such font.
 */
export function fontNamed(font: Buffer, family: string): Buffer {
  const { kind, tables } = tablesOf(font);
  const others = tables.filter(({ tag }) => tag !== 'name');
  return fileOf(kind, [...others, { tag: 'name', data: nameTable(family) }]);
}

function tablesOf(font: Buffer): { kind: number; tables: Table[] } {
  const start = at(font, 0) === COLLECTION ? at(font, 12) : 0;
  const kind = at(font, start);
  if (!KINDS.has(kind)) throw refused('another kind of file');
  const count = at(font, start + 4) >>> 16;
  const tables = Array.from({ length: count }, (_, index) => {
    const entry = start + 12 + 16 * index;
    const [from, length] = [at(font, entry + 8), at(font, entry + 12)];
    if (from + length > font.length) throw refused('one that ends too soon');
    return {
      tag: font.toString('latin1', entry, entry + 4),
      data: font.subarray(from, from + length),
    };
  });
  return { kind, tables };
}

function at(font: Buffer, offset: number): number {
  if (offset + 4 > font.length) throw refused('one that ends too soon');
  return font.readUInt32BE(offset);
}

function refused(received: string): Failure {
  return new Failure(
    'PRESETS_INVALID',
    `expected a TrueType or OpenType font, received ${received}`,
  );
}

/** Family, subfamily, full and PostScript name. */
const NAMES = [1, 2, 4, 6];

function nameTable(family: string): Buffer {
  const head = Buffer.alloc(6 + 12 * NAMES.length);
  head.writeUInt16BE(NAMES.length, 2);
  head.writeUInt16BE(head.length, 4);
  const texts = NAMES.map(name => Buffer.from(name === 2 ? 'Regular' : family, 'utf16le').swap16());
  let offset = 0;
  for (const [index, name] of NAMES.entries()) {
    const { length = 0 } = texts[index] ?? {};
    const { platform, encoding, language } = WINDOWS;
    const record = [platform, encoding, language, name, length, offset];
    for (const [field, value] of record.entries()) {
      head.writeUInt16BE(value, 6 + 12 * index + 2 * field);
    }
    offset += length;
  }
  return Buffer.concat([head, ...texts]);
}

function fileOf(kind: number, tables: Table[]): Buffer {
  const sorted = [...tables].sort((a, b) => (a.tag < b.tag ? -1 : 1));
  const directory = Buffer.alloc(12 + 16 * sorted.length);
  directory.writeUInt32BE(kind, 0);
  directory.writeUInt16BE(sorted.length, 4);
  const parts: Buffer[] = [directory];
  let offset = directory.length;
  for (const [index, { tag, data }] of sorted.entries()) {
    const entry = 12 + 16 * index;
    directory.write(tag, entry, 'latin1');
    directory.writeUInt32BE(offset, entry + 8);
    directory.writeUInt32BE(data.length, entry + 12);
    const padding = (4 - (data.length % 4)) % 4;
    parts.push(data, Buffer.alloc(padding));
    offset += data.length + padding;
  }
  return Buffer.concat(parts);
}

/** Which versions of which libraries a Linux binary asks for: https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html */

export interface VersionNeed {
  /** `libc.so.6` */
  library: string;
  /** `GLIBC_2.28` */
  version: string;
}

const MAGIC = Buffer.from('\x7fELF');
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const SHT_GNU_VERNEED = 0x6ffffffe;

export function isElf(file: Uint8Array): boolean {
  return MAGIC.equals(file.subarray(0, 4));
}

/** The needs of an ELF file of 64 bits, little-endian, as x64 and arm64 are. Throws where it is none or has no section headers. */
export function versionNeeds(bytes: Uint8Array): VersionNeed[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!isElf(file) || file[4] !== CLASS_64 || file[5] !== LITTLE_ENDIAN) {
    throw new Error('expected an ELF file of 64 bits, little-endian');
  }
  const sections = sectionsOf(file);
  if (sections.length === 0) throw new Error('expected section headers, received none');
  return sections
    .filter(({ type }) => type === SHT_GNU_VERNEED)
    .flatMap(({ offset, link }) => needsAt(file, offset, sections[link]?.offset ?? 0));
}

function sectionsOf(file: Buffer) {
  const first = Number(file.readBigUInt64LE(40));
  const size = file.readUInt16LE(58);
  return Array.from({ length: file.readUInt16LE(60) }, (_, index) => {
    const at = first + index * size;
    return {
      type: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 24)),
      link: file.readUInt32LE(at + 40),
    };
  });
}

/** A chain of libraries (Verneed), each with a chain of versions (Vernaux); a step of 0 ends a chain. */
function needsAt(file: Buffer, start: number, strings: number): VersionNeed[] {
  const needs: VersionNeed[] = [];
  for (const at of chain(file, start, 12)) {
    const library = text(file, strings + file.readUInt32LE(at + 4));
    for (const aux of chain(file, at + file.readUInt32LE(at + 8), 12)) {
      needs.push({ library, version: text(file, strings + file.readUInt32LE(aux + 8)) });
    }
  }
  return needs;
}

function* chain(file: Buffer, start: number, stepAt: number): Generator<number> {
  for (let at = start, step = -1; step !== 0; at += step) {
    yield at;
    step = file.readUInt32LE(at + stepAt);
  }
}

function text(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}

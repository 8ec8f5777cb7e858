import { type Box, find, primaryOf } from './iso-media.ts';
import { firstPartOf } from './iso-parts.ts';

/**
 * Where the coded bytes of an AVIF's or HEIC's picture lie: those of the primary item, or of the first tile of its grid.
 * (ISO/IEC 14496-12, 8.11.3)
 */

/** As libheif has it. */
const MOST_ITEMS = 20_000;
const MOST_EXTENTS = 32;
/** Whoever asks wants the headers at the start. */
const ENOUGH = 1024;

const NONE = Buffer.alloc(0);

/** The first of them; none where no box says where they are. */
export function codedStartOf(file: Buffer): Buffer {
  const meta = find(file, { type: '', from: 0, to: file.length }, 'meta');
  const locations = find(file, meta, 'iloc', 4);
  if (!meta || !locations) return NONE;
  const place = placeOf(file, locations, firstPartOf(file, meta, primaryOf(file, meta)));
  const container = place && containerOf(file, meta, place.method);
  if (!place || !container) return NONE;
  const parts = place.extents.map(({ from, bytes }) => {
    const start = container.from + from;
    const all = bytes === 0 ? ENOUGH : Math.min(bytes, ENOUGH);
    return file.subarray(start, Math.min(container.to, start + all));
  });
  return Buffer.concat(parts).subarray(0, ENOUGH);
}

interface Place {
  method: number;
  /** From the start of their container; no bytes are all that there are. */
  extents: { from: number; bytes: number }[];
}

function placeOf(file: Buffer, { from, to }: Box, item: number): Place | undefined {
  const version = file[from] ?? 0;
  const reader = readerOf(file, from + 4, to);
  const sizes = reader.next(2);
  const [offset, length, base] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const index = version === 0 ? 0 : sizes & 15;
  const idBytes = version < 2 ? 2 : 4;
  const items = Math.min(reader.next(idBytes), MOST_ITEMS);
  for (let read = 0; read < items && reader.isLeft(); read += 1) {
    const id = reader.next(idBytes);
    const method = version === 0 ? 0 : reader.next(2) & 15;
    // data_reference_index
    reader.skip(2);
    const start = reader.next(base);
    const count = reader.next(2);
    if (id !== item) {
      reader.skip(count * (index + offset + length));
      continue;
    }
    const extents = Array.from({ length: Math.min(count, MOST_EXTENTS) }, () => {
      reader.skip(index);
      return { from: start + reader.next(offset), bytes: reader.next(length) };
    });
    return reader.isLeft() ? { method, extents } : undefined;
  }
  return undefined;
}

const IN_FILE = 0;
const IN_META = 1;

function containerOf(file: Buffer, meta: Box, method: number): Box | undefined {
  if (method === IN_FILE) return { type: '', from: 0, to: file.length };
  return method === IN_META ? find(file, meta, 'idat', 4) : undefined;
}

/** Numbers of any length, the highest byte first; zeros behind the end. */
function readerOf(file: Buffer, from: number, to: number) {
  let at = from;
  return {
    next: (bytes: number): number => {
      let value = 0;
      for (const end = at + bytes; at < end; at += 1)
        value = value * 256 + (at < to ? (file[at] ?? 0) : 0);
      return value;
    },
    skip: (bytes: number) => {
      at += bytes;
    },
    isLeft: () => at <= to,
  };
}

const EXTENSION = 0x21;
const IMAGE = 0x2c;

/**
 * Counts the frames of a GIF without unpacking one, up to `enough` and one more. It is cut short where a block
 * reaches beyond the end; a trailer that is missing, as some writers leave it out, is none of its pixels.
 * (GIF89a, https://www.w3.org/Graphics/GIF/spec-gif89a.txt)
 */
export function gifFrames(file: Buffer, enough = Infinity): { frames: number; isCut: boolean } {
  let frames = 0;
  let at = 13 + paletteBytes(file[10]);
  while (at < file.length && frames <= enough) {
    const kind = file[at];
    if (kind === EXTENSION) at = afterBlocks(file, at + 2);
    else if (kind === IMAGE) {
      frames += 1;
      at = afterBlocks(file, at + 10 + paletteBytes(file[at + 9]) + 1);
    } else return { frames, isCut: false };
  }
  return { frames, isCut: at > file.length };
}

/** The flags of a screen or an image say whether a palette follows, and how large. */
function paletteBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Behind the empty block that ends a row of them; beyond the end of a file that has none. */
function afterBlocks(file: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const bytes = file[at];
    if (bytes === undefined) return file.length + 1;
    at += 1 + bytes;
    if (bytes === 0) return at;
  }
}

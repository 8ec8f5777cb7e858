/** Animated PNG: what a decoder of still PNGs does not see. https://www.w3.org/TR/png-3/#apng-frame-based-animation */

/** A chunk's four letters as the number that a file holds: a large PNG has thousands of chunks, too many for as many strings. */
function chunkType(letters: string): number {
  return Buffer.from(letters, 'latin1').readUInt32BE();
}

export const PNG_CHUNKS = {
  acTL: chunkType('acTL'),
  caBX: chunkType('caBX'),
  cHRM: chunkType('cHRM'),
  cICP: chunkType('cICP'),
  fcTL: chunkType('fcTL'),
  fdAT: chunkType('fdAT'),
  IDAT: chunkType('IDAT'),
  IEND: chunkType('IEND'),
  IHDR: chunkType('IHDR'),
  gAMA: chunkType('gAMA'),
  iTXt: chunkType('iTXt'),
  sRGB: chunkType('sRGB'),
  tEXt: chunkType('tEXt'),
  zTXt: chunkType('zTXt'),
} as const;

/** Where the data of each chunk begins; ends where the file does, or is no PNG any more. */
export function* pngChunks(file: Buffer): Generator<{ type: number; at: number; bytes: number }> {
  for (let at = 8; at + 12 <= file.length; ) {
    const bytes = file.readUInt32BE(at);
    yield { type: file.readUInt32BE(at + 4), at: at + 8, bytes };
    at += 12 + bytes;
  }
}

/** How many frames it has, or says it has, whichever is more; 1 for a PNG that does not move. */
export function apngFrames(file: Buffer): number {
  let said = 0;
  let there = 0;
  for (const { type, at } of pngChunks(file)) {
    if (type === PNG_CHUNKS.acTL && at + 4 <= file.length) said = file.readUInt32BE(at);
    if (type === PNG_CHUNKS.fcTL) there += 1;
    // The first frame's pixels: a file that has not said by then that it moves does not.
    if (type === PNG_CHUNKS.IDAT && said === 0) return 1;
  }
  return Math.max(1, said, there);
}

/** One frame as it is stored: a rectangle of the canvas, RGBA, and what to do with it. */
export interface ApngFrame {
  left: number;
  top: number;
  width: number;
  height: number;
  rgba: Buffer;
  blend: 'source' | 'over';
  dispose: 'none' | 'background' | 'previous';
}

interface Canvas {
  width: number;
  height: number;
}

/** The frames as they are seen, RGBA; each is overwritten by the next, and none is asked for before its turn. */
export async function* composeFrames(
  canvas: Canvas,
  frames: AsyncIterable<ApngFrame>,
): AsyncGenerator<Buffer> {
  let shown: Buffer = Buffer.alloc(canvas.width * canvas.height * 4);
  for await (const frame of frames) {
    const before = frame.dispose === 'previous' ? Buffer.from(shown) : shown;
    draw(frame, shown, canvas);
    yield shown;
    if (frame.dispose === 'background') clear(frame, shown, canvas);
    if (frame.dispose === 'previous') shown = before;
  }
}

function draw(frame: ApngFrame, shown: Buffer, canvas: Canvas): void {
  for (let y = 0; y < frame.height; y += 1) {
    const from = y * frame.width * 4;
    const to = ((frame.top + y) * canvas.width + frame.left) * 4;
    if (frame.blend === 'source') frame.rgba.copy(shown, to, from, from + frame.width * 4);
    else for (let x = 0; x < frame.width; x += 1) over(frame.rgba, from + x * 4, shown, to + x * 4);
  }
}

function clear(frame: ApngFrame, shown: Buffer, canvas: Canvas): void {
  for (let y = 0; y < frame.height; y += 1) {
    const at = ((frame.top + y) * canvas.width + frame.left) * 4;
    shown.fill(0, at, at + frame.width * 4);
  }
}

/** Source over destination, neither premultiplied. (PNG, third edition, 13.16) */
function over(source: Buffer, from: number, target: Buffer, to: number): void {
  const alpha = (source[from + 3] ?? 0) / 255;
  const below = ((target[to + 3] ?? 0) / 255) * (1 - alpha);
  const result = alpha + below;
  for (let channel = 0; channel < 3 && result > 0; channel += 1) {
    const mixed = (source[from + channel] ?? 0) * alpha + (target[to + channel] ?? 0) * below;
    target[to + channel] = Math.round(mixed / result);
  }
  target[to + 3] = Math.round(result * 255);
}

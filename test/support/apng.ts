import { deflateSync } from 'node:zlib';

/** CRC-32 of PNG, bit by bit: Node 20 has none. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

export function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function pixels(width: number, height: number, rgba: number[]): Buffer {
  const row = Buffer.concat([
    Buffer.from([0]),
    Buffer.concat(Array(width).fill(Buffer.from(rgba))),
  ]);
  return deflateSync(Buffer.concat(Array(height).fill(row)));
}

const NONE = 0;
const PREVIOUS = 2;

/**
 * Frame 0 red over all. Odd frames paint the right half green, half-transparent green over green staying green;
 * even frames paint it blue and are taken away again (dispose: previous).
 */
export function apng({
  width,
  height,
  loop,
  delays,
}: {
  width: number;
  height: number;
  loop: number;
  delays: number[];
}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(delays.length, 0);
  animation.writeUInt32BE(loop, 4);
  const parts = [
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('acTL', animation),
  ];
  let sequence = 0;
  for (const [index, delay] of delays.entries()) {
    const isFirst = index === 0;
    const isOdd = index % 2 === 1;
    const left = isFirst ? 0 : width / 2;
    const control = Buffer.alloc(26);
    control.writeUInt32BE(sequence, 0);
    control.writeUInt32BE(width - left, 4);
    control.writeUInt32BE(height, 8);
    control.writeUInt32BE(left, 12);
    control.writeUInt16BE(delay, 20);
    control.writeUInt16BE(1000, 22);
    control[24] = isFirst || isOdd ? NONE : PREVIOUS;
    control[25] = isFirst ? 0 : 1;
    sequence += 1;
    parts.push(chunk('fcTL', control));
    const colour = isFirst ? [255, 0, 0, 255] : isOdd ? [0, 255, 0, 255] : [0, 0, 255, 255];
    const data = pixels(width - left, height, colour);
    if (isFirst) parts.push(chunk('IDAT', data));
    else {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(sequence, 0);
      sequence += 1;
      parts.push(chunk('fdAT', Buffer.concat([number, data])));
    }
  }
  return Buffer.concat([...parts, chunk('IEND', Buffer.alloc(0))]);
}

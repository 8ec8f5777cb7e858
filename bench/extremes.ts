import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { gifFramesIn } from '../shared/core/picture/gif.ts';
import { chunk } from '../test/support/apng.ts';
import { heicGrid, TEXTURED } from '../test/support/heic-grid.ts';
import { deflatedTiff } from './extreme-tiff.ts';

/** Pictures at the limits of a list, and beyond them, each as costly as its kind can be. */
export interface Extreme {
  name: string;
  /** Of all frames. */
  megapixels: number;
  verdict: 'developed' | 'failed';
  draw(): Promise<Buffer> | Buffer;
}

const [WIDTH, HEIGHT] = [12_800, 9760];
const MEGAPIXELS = (WIDTH * HEIGHT) / 1e6;

/** A row with noise, again and again: it stays within 64 MB, and no decoder is spared a pixel. */
function textured(width: number, height: number, channels: 3 | 4, isDeep = false): Sharp {
  const most = isDeep ? 65_535 : 255;
  const Samples = isDeep ? Uint16Array : Uint8Array;
  const row = new Samples(width * channels);
  for (const at of row.keys()) {
    const ramp = Math.floor((at * most) / row.length);
    row[at] = (ramp + Math.floor((Math.random() * most) / 32)) % (most + 1);
  }
  const data = new Samples(row.length * height);
  for (let y = 0; y < height; y += 1) data.set(row, y * row.length);
  const pixels = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  return isDeep ? pixels.toColourspace('rgb16') : pixels;
}

/** Each frame another part of the same noise. */
function moving(side: number, frames: number): Sharp {
  const noise = Uint8Array.from(
    { length: side * 8 },
    (_, at) => (at * 3 + Math.random() * 60) & 255,
  );
  const data = Buffer.alloc(side * side * 4 * frames);
  for (let row = 0; row < side * frames; row += 1) {
    const from = (((Math.floor(row / side) * 7 + row) % side) * 4) | 0;
    data.set(noise.subarray(from, from + side * 4), row * side * 4);
  }
  const raw = { width: side, height: side * frames, channels: 4, pageHeight: side } as const;
  return sharp(data, { raw, limitInputPixels: false });
}

/** Frames of 256 colours that are cleared, which are decoded one by one (gif-frames.ts). */
async function clearedGif(side: number, frames: number): Promise<Buffer> {
  const file = await moving(side, frames)
    .removeAlpha()
    .gif({ delay: delays(frames), effort: 1, colours: 256, dither: 0 })
    .toBuffer();
  for (const { control } of gifFramesIn(file)) {
    if (control !== undefined) file[control + 3] = 2 << 2;
  }
  return file;
}

const delays = (frames: number) => Array.from({ length: frames }, () => 80);

function apngOf(side: number, frames: number, before: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 6], 8);
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(frames, 0);
  const pixels = [3, 4].map(step => {
    const row = side * 4 + 1;
    const drawn = Uint8Array.from({ length: side * row }, (_, at) =>
      at % row === 0 ? 0 : ((at * step) >> 4) & 255,
    );
    return deflateSync(drawn, { level: 1 });
  });
  let number = 0;
  const parts = Array.from({ length: frames }, (_, at) => {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(number, 0);
    control.writeUInt32BE(side, 4);
    control.writeUInt32BE(side, 8);
    control.writeUInt16BE(80, 20);
    control.writeUInt16BE(1000, 22);
    const data = pixels[at % 2] ?? Buffer.alloc(0);
    number += at === 0 ? 1 : 2;
    if (at === 0) return Buffer.concat([chunk('fcTL', control), chunk('IDAT', data)]);
    const numbered = Buffer.alloc(4);
    numbered.writeUInt32BE(number - 1, 0);
    return Buffer.concat([chunk('fcTL', control), chunk('fdAT', Buffer.concat([numbered, data]))]);
  });
  return pngOf(header, chunk('acTL', animation), before, ...parts);
}

function pngOf(header: Buffer, ...parts: Buffer[]): Buffer {
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...parts,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function flatPng(width: number, height: number, ...before: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  const pixels = deflateSync(Buffer.alloc(height * (width * 4 + 1)), { level: 1 });
  return pngOf(header, ...before, chunk('IDAT', pixels));
}

const deepAvif = (width: number, height: number) =>
  textured(width, height, 4, true)
    .avif({ effort: 0, quality: 30, bitdepth: 12, chromaSubsampling: '4:4:4' })
    .toBuffer();

const interlaced = (width: number, height: number) =>
  textured(width, height, 4, true)
    .png({ ...filtered, progressive: true })
    .toBuffer();

const still = (name: string, draw: Extreme['draw'], megapixels = MEGAPIXELS): Extreme => ({
  name,
  megapixels,
  verdict: 'developed',
  draw,
});
const refused = (name: string, draw: Extreme['draw'], megapixels: number): Extreme => ({
  name,
  megapixels,
  verdict: 'failed',
  draw,
});

const WHOLE_GRID = { tile: TEXTURED, columns: 13, rows: 14, isTransparent: true } as const;
const progressive = { progressive: true, chromaSubsampling: '4:4:4', quality: 75 } as const;
const filtered = { compressionLevel: 3, adaptiveFiltering: true } as const;
const whole = { width: WIDTH, height: HEIGHT } as const;

export const extremes: Extreme[] = [
  still('progressive JPEG 4:4:4', () => textured(WIDTH, HEIGHT, 3).jpeg(progressive).toBuffer()),
  still('progressive JPEG CMYK', () =>
    textured(WIDTH, HEIGHT, 3).toColourspace('cmyk').jpeg(progressive).toBuffer(),
  ),
  still('PNG RGBA16', () => textured(WIDTH, HEIGHT, 4, true).png(filtered).toBuffer()),
  still('PNG RGBA16 turned', () =>
    textured(WIDTH, HEIGHT, 4, true).withMetadata({ orientation: 6 }).png(filtered).toBuffer(),
  ),
  still('PNG RGBA16 Adam7, 105 MP', () => interlaced(12_000, 8750), 105),
  still('PNG 65,535 x 1,900', () => flatPng(65_535, 1900)),
  still('TIFF planar 16 bits', () =>
    deflatedTiff({ ...whole, samples: 4, bits: 16, isPlanar: true }),
  ),
  still('TIFF planar 16 bits turned', () =>
    deflatedTiff({ ...whole, samples: 4, bits: 16, isPlanar: true, orientation: 6 }),
  ),
  still('TIFF one strip 16 bits', () =>
    deflatedTiff({ ...whole, samples: 4, bits: 16, rows: HEIGHT }),
  ),
  still('TIFF tiled 16 bits', () => deflatedTiff({ ...whole, samples: 4, bits: 16, tile: 256 })),
  still(
    'TIFF of floats, 80 MP',
    () => deflatedTiff({ width: 10_000, height: 8000, samples: 3, bits: 32 }),
    80,
  ),
  still(
    'TIFF of five samples, 100 MP',
    () => deflatedTiff({ width: 10_000, height: 10_000, samples: 5, bits: 8 }),
    100,
  ),
  still('WebP', () => textured(11_300, 11_300, 4).webp({ effort: 0, quality: 60 }).toBuffer(), 128),
  still(
    'WebP lossless',
    () => textured(11_300, 11_300, 4).webp({ effort: 0, lossless: true }).toBuffer(),
    128,
  ),
  still('AVIF 12 bits 4:4:4 alpha, 36 MP', () => deepAvif(6000, 6000), 36),
  still('HEIC grid 10 bits 4:4:4 alpha, 48 MP', () => heicGrid(WHOLE_GRID), 48),
  still('HEIC grid, 48 MP', () => heicGrid({ ...WHOLE_GRID, isTransparent: false }), 48),
  still(
    'GIF 64 frames',
    () =>
      moving(1000, 64)
        .gif({ delay: delays(64), effort: 1, colours: 32 })
        .toBuffer(),
    64,
  ),
  still(
    'GIF 4 frames',
    () =>
      moving(4000, 4)
        .gif({ delay: delays(4), effort: 1, colours: 32 })
        .toBuffer(),
    64,
  ),
  still('GIF 64 frames of 256 colours, cleared', () => clearedGif(1000, 64), 64),
  still('GIF 3 frames of 256 colours, cleared', () => clearedGif(4000, 3), 48),
  still(
    'animated WebP 300 frames',
    () =>
      moving(460, 300)
        .webp({ delay: delays(300), effort: 0 })
        .toBuffer(),
    63,
  ),
  still(
    'animated WebP 4 frames',
    () =>
      moving(4000, 4)
        .webp({ delay: delays(4), effort: 0 })
        .toBuffer(),
    64,
  ),
  still('APNG 64 frames', () => apngOf(1000, 64), 64),
  still('APNG 4 frames', () => apngOf(4000, 4), 64),
  still(
    'APNG, 60 MB of a chunk unknown',
    () => apngOf(16, 300, chunk('prVt', Buffer.alloc(60e6, 1))),
    0.1,
  ),
  refused(
    'TIFF large tiles 16 bits',
    () => deflatedTiff({ ...whole, samples: 4, bits: 16, tile: 4096 }),
    MEGAPIXELS,
  ),
  refused('PNG RGBA16 Adam7', () => interlaced(WIDTH, HEIGHT), MEGAPIXELS),
  refused(
    'TIFF of five samples',
    () => deflatedTiff({ ...whole, samples: 5, bits: 8 }),
    MEGAPIXELS,
  ),
  refused('HEIC grid', () => heicGrid({ ...WHOLE_GRID, rows: 15 }), 51),
  refused('AVIF 12 bits 4:4:4 alpha', () => deepAvif(7000, 7000), 49),
  refused('PNG 1,000,000 x 100', () => flatPng(1e6, 100), 100),
  refused(
    'PNG, two million empty zTXt',
    () => flatPng(100, 100, Buffer.alloc(2e6 * 15, chunk('zTXt', Buffer.from('x\0\0')))),
    0.01,
  ),
  refused('TIFF of floats', () => deflatedTiff({ ...whole, samples: 3, bits: 32 }), MEGAPIXELS),
  refused(
    'TIFF of floats turned, 80 MP',
    () => deflatedTiff({ width: 10_000, height: 8000, samples: 3, bits: 32, orientation: 6 }),
    80,
  ),
];

/** Much of a list: small files as in a feed, large ones, and animations near their own size. */
export const LIST = `version: 1
rules: [{ match: '**', presets: [feed, large, own, anim] }]
presets:
  - { name: feed, widths: [240, 480, 1080], formats: { jpeg: {}, webp: {}, avif: { effort: 0 } } }
  - { name: large, widths: [2160, 4000], formats: { jpeg: {}, webp: { effort: 2 } } }
  - { name: own, widths: [16000], formats: { jpeg: {} } }
  - { name: anim, widths: [240, 450, 990, 3990], when: { animated: true }, formats: { webp: { animated: true, effort: 2 } } }
`;

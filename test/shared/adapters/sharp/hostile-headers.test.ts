import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { apng, chunk } from '../../../support/apng.ts';
import { newFolder } from '../../../support/folders.ts';
import { programOf } from '../../../support/processes.ts';

const folder = newFolder();

function inspect(file: Buffer): { outcome: string; seconds: number; megabytes: number } {
  const path = join(folder, 'bomb');
  writeFileSync(path, file);
  const words = [...programOf('inspecting-run'), path];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(status, `${signal} ${stderr.slice(0, 500)}`).toBe(0);
  return JSON.parse(stdout);
}

const red = { create: { width: 20, height: 20, channels: 3 as const, background: '#ff0000' } };

/** Chunks of a PNG, between its header and its pixels. */
function png(...chunks: Buffer[]): Buffer {
  return wide(10, 10, ...chunks);
}

function wide(width: number, height: number, ...chunks: Buffer[]): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...chunks,
    chunk('IDAT', deflateSync(Buffer.alloc(height * (width * 4 + 1)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const packed = (keyword: string, bytes: number) =>
  Buffer.concat([Buffer.from(`${keyword}\0\0`, 'latin1'), deflateSync(Buffer.alloc(bytes, 65))]);

const broken = (bytes: Buffer) => bytes.fill(1, bytes.length - 4);

/** Every entry is an array over all of it. */
function exif(bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  out.write('Exif\0\0II*\0', 'latin1');
  out.writeUInt32LE(8, 10);
  const entries = Math.min(65_535, Math.floor((bytes - 24) / 12));
  out.writeUInt16LE(entries, 14);
  for (let entry = 0; entry < entries; entry += 1) {
    const at = 16 + entry * 12;
    out.writeUInt16LE(1000 + (entry % 60_000), at);
    out.writeUInt16LE(1, at + 2);
    out.writeUInt32LE(bytes - 100, at + 4);
  }
  return out;
}

async function jpegWith(segment: Buffer): Promise<Buffer> {
  const jpeg = await sharp(red).jpeg().toBuffer();
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(segment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, segment, jpeg.subarray(2)]);
}

function riffChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

async function webpWith(flags: number, ...after: Buffer[]): Promise<Buffer> {
  const still = (await sharp(red).webp({ lossless: true }).toBuffer()).subarray(12);
  const features = Buffer.alloc(10);
  features[0] = flags;
  features.writeUIntLE(19, 4, 3);
  features.writeUIntLE(19, 7, 3);
  return riffChunk(
    'RIFF',
    Buffer.concat([Buffer.from('WEBP'), riffChunk('VP8X', features), still, ...after]),
  );
}

async function webpOfFrames(count: number): Promise<Buffer> {
  const still = (await sharp(red).webp({ lossless: true }).toBuffer()).subarray(12);
  const place = Buffer.alloc(16);
  place.writeUIntLE(19, 6, 3);
  place.writeUIntLE(19, 9, 3);
  place.writeUIntLE(10, 12, 3);
  const frame = riffChunk('ANMF', Buffer.concat([place, still]));
  const features = Buffer.alloc(10);
  features[0] = 2;
  features.writeUIntLE(19, 4, 3);
  features.writeUIntLE(19, 7, 3);
  const parts = [riffChunk('VP8X', features), riffChunk('ANIM', Buffer.alloc(6))];
  return riffChunk(
    'RIFF',
    Buffer.concat([Buffer.from('WEBP'), ...parts, ...Array(count).fill(frame)]),
  );
}

function gifOfFrames(count: number): Buffer {
  const screen = Buffer.from([1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
  const control = Buffer.from([0x21, 0xf9, 4, 0, 5, 0, 0, 0]);
  const image = Buffer.from([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
  const frames = Array(count).fill(Buffer.concat([control, image]));
  return Buffer.concat([Buffer.from('GIF89a'), screen, ...frames, Buffer.from([0x3b])]);
}

function tiffOfPages(count: number): Buffer {
  const entries = [
    [256, 1],
    [257, 1],
    [258, 8],
    [259, 1],
    [262, 1],
    [278, 1],
    [279, 1],
  ];
  const bytes = 2 + entries.length * 12 + 4;
  const out = Buffer.alloc(8 + count * bytes);
  out.write('II*\0', 'latin1');
  out.writeUInt32LE(8, 4);
  for (let page = 0; page < count; page += 1) {
    const at = 8 + page * bytes;
    out.writeUInt16LE(entries.length, at);
    for (const [index, [tag = 0, value = 0]] of entries.entries()) {
      out.writeUInt16LE(tag, at + 2 + index * 12);
      out.writeUInt16LE(3, at + 4 + index * 12);
      out.writeUInt32LE(1, at + 6 + index * 12);
      out.writeUInt16LE(value, at + 10 + index * 12);
    }
    if (page < count - 1) out.writeUInt32LE(at + bytes, at + bytes - 4);
  }
  return out;
}

describe('a header made to be costly', () => {
  // The limits are the product's own, not a measure of speed: what it guards against takes ten times as much and more.
  it.each<[string, () => Buffer | Promise<Buffer>, string]>([
    ['a GIF of two million frames', () => gifOfFrames(2_000_000), 'ORIGINAL_TOO_LARGE'],
    ['a WebP of 60,000 frames', () => webpOfFrames(60_000), 'ORIGINAL_TOO_LARGE'],
    ['a TIFF of 300,000 pages', () => tiffOfPages(300_000), 'ORIGINAL_TOO_LARGE'],
    [
      'a text of 50 MB in a PNG of 50 kB',
      () => png(chunk('zTXt', packed('x', 50e6))),
      'ORIGINAL_TOO_LARGE',
    ],
    [
      '500 texts of 8 MB each',
      () => png(...Array(500).fill(chunk('zTXt', packed('x', 79e5)))),
      'ORIGINAL_TOO_LARGE',
    ],
    [
      'as many, each broken at its end',
      () => png(...Array(500).fill(chunk('zTXt', broken(packed('x', 79e5))))),
      'ORIGINAL_TOO_LARGE',
    ],
    [
      'a packed XMP of 200 MB',
      () =>
        png(
          chunk(
            'iTXt',
            Buffer.concat([
              Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0', 'latin1'),
              deflateSync(Buffer.alloc(200e6)),
            ]),
          ),
        ),
      'ORIGINAL_TOO_LARGE',
    ],
    [
      'two million empty packed texts',
      () => png(Buffer.alloc(2e6 * 15, chunk('zTXt', Buffer.from('x\0\0')))),
      'ORIGINAL_TOO_LARGE',
    ],
    [
      '90,000 empty texts',
      () => png(Buffer.alloc(90_000 * 14, chunk('tEXt', Buffer.from('x\0')))),
      'ORIGINAL_TOO_LARGE',
    ],
    [
      'a thousand texts',
      () => png(...Array(1000).fill(chunk('tEXt', Buffer.from('x\0y')))),
      'accepted',
    ],
    [
      '90,000 chunks of colour',
      () => png(Buffer.alloc(90_000 * 44, chunk('cHRM', Buffer.alloc(32, 1)))),
      'accepted',
    ],
    [
      'five million chunks of no known kind',
      () => png(Buffer.alloc(5e6 * 12, chunk('prVt', Buffer.alloc(0)))),
      'ORIGINAL_TOO_LARGE',
    ],
    ['a PNG of 1,000,000 x 100', () => wide(1e6, 100), 'ORIGINAL_TOO_LARGE'],
    ['a PNG of 100 x 1,000,000', () => wide(100, 1e6), 'ORIGINAL_TOO_LARGE'],
    ['a profile of 500 MB in a PNG', () => png(chunk('iCCP', packed('x', 500e6))), 'accepted'],
    ['EXIF of arrays over each other', () => jpegWith(exif(65_000)), 'accepted'],
    ['more such EXIF in WebP', () => webpWith(8, riffChunk('EXIF', exif(800_000))), 'accepted'],
    [
      'XMP of a million open tags',
      () => webpWith(4, riffChunk('XMP ', Buffer.from('<AIGC '.repeat(150_000)))),
      'accepted',
    ],
    [
      'an APNG that hides 1,500 frames',
      () => {
        const file = apng({ width: 100, height: 100, loop: 0, delays: Array(1500).fill(10) });
        file.writeUInt32BE(2, file.indexOf('acTL') + 4);
        return file;
      },
      'ORIGINAL_TOO_LARGE',
    ],
  ])('%s takes less than a second of CPU and 100 MB', async (_, draw, outcome) => {
    const taken = inspect(await draw());
    expect(taken.outcome).toBe(outcome);
    expect(taken.seconds).toBeLessThan(1);
    expect(taken.megabytes).toBeLessThan(100);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  decoderMegabytes,
  FUNCTION_MEGABYTES,
  mostOfLimits,
  refuseBeyondMemory,
} from '../../../../shared/core/picture/memory.ts';
import type { Picture } from '../../../../shared/core/picture/picture.ts';

const MEGAPIXELS_100 = { width: 10_000, height: 10_000, alpha: false, frames: 1 } as const;

/** Frame header and the first scan's, of components with these sampling factors. */
function jpeg(marker: number, factors: number[], inScan = factors.length): Buffer {
  const parts = factors.flatMap((factor, at) => [at, factor, 0]);
  const frame = [0xff, marker, 0, 8 + parts.length, 8, 0, 9, 0, 9, factors.length, ...parts];
  const scan = [0xff, 0xda, 0, 6 + inScan * 2, inScan, ...Array(inScan * 2 + 3).fill(0)];
  return Buffer.from([0xff, 0xd8, ...frame, ...scan]);
}

function png(depth: number, kind: number, interlace: number): Buffer {
  const file = Buffer.alloc(33);
  file.set([depth, kind, 0, 0, interlace], 24);
  return file;
}

function tiff(...entries: [tag: number, value: number][]): Buffer {
  const file = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  for (const [at, [tag, value]] of entries.entries()) {
    file.writeUInt16LE(tag, 10 + at * 12);
    file.writeUInt16LE(3, 12 + at * 12);
    file.writeUInt32LE(1, 14 + at * 12);
    file.writeUInt16LE(value, 18 + at * 12);
  }
  return file;
}

/** One property, av1C, with this in its third byte. */
function avif(flags: number): Buffer {
  const box = (type: string, ...parts: Buffer[]) => {
    const data = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length + 8);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data]);
  };
  const properties = box('ipco', box('av1C', Buffer.from([0x81, 0, flags, 0])));
  return box('meta', Buffer.alloc(4), box('iprp', properties));
}

const [BASELINE, PROGRESSIVE, ARITHMETIC] = [0xc0, 0xc2, 0xca];

describe('what a decoder holds of 100 megapixels', () => {
  it.each<[string, Picture['format'], Buffer, megabytes: number]>([
    ['a baseline JPEG', 'jpeg', jpeg(BASELINE, [0x22, 0x11, 0x11]), 0],
    [
      'one whose components come in scans of their own',
      'jpeg',
      jpeg(BASELINE, [0x11, 0x11, 0x11], 1),
      630,
    ],
    ['a progressive JPEG in 4:4:4', 'jpeg', jpeg(PROGRESSIVE, [0x11, 0x11, 0x11]), 630],
    ['in 4:2:0', 'jpeg', jpeg(PROGRESSIVE, [0x22, 0x11, 0x11]), 315],
    ['in CMYK', 'jpeg', jpeg(PROGRESSIVE, [0x11, 0x11, 0x11, 0x11]), 840],
    ['with arithmetic coding', 'jpeg', jpeg(ARITHMETIC, [0x11]), 210],
    ['a PNG of 16 bits', 'png', png(16, 6, 0), 0],
    ['interlaced', 'png', png(16, 6, 1), 1000],
    ['with a palette', 'png', png(2, 3, 1), 600],
    ['grey of one bit', 'png', png(1, 0, 1), 300],
    ['a TIFF of 16 bits', 'tiff', tiff([258, 16], [277, 4]), 0],
    ['turned', 'tiff', tiff([258, 16], [274, 6], [277, 4]), 800],
    ['of floats', 'tiff', tiff([258, 32], [277, 3], [339, 3]), 1200],
    ['with a fifth sample', 'tiff', tiff([258, 8], [277, 5]), 1000],
    ['an AVIF of 8 bits', 'avif', avif(0), 1280],
    ['of 10 and 12', 'avif', avif(0x40), 2240],
    ['nothing that is a picture', 'jpeg', Buffer.from('jpeg 1600x1200'), 0],
  ])('%s', (_, format, file, megabytes) => {
    const held = decoderMegabytes(file, { ...MEGAPIXELS_100, format });
    expect(Math.round(held)).toBe(megabytes);
  });

  it('is refused with its figure where it is more than there is', () => {
    const picture = { ...MEGAPIXELS_100, format: 'tiff' } as const;
    expect(() => refuseBeyondMemory(tiff([258, 32], [277, 3], [339, 3]), picture)).toThrow(
      'expected a picture that takes at most 1400 MB to decode, received a tiff of 10000x10000 that takes 1501 MB',
    );
    expect(() => refuseBeyondMemory(tiff([258, 16], [277, 4]), picture)).not.toThrow();
  });
});

it('the memory is what s.yaml gives the functions that render', () => {
  const { resources } = parse(readFileSync('s.yaml', 'utf8')) as {
    resources: Record<string, { props: { memorySize: number } }>;
  };
  for (const name of ['on-object-changed', 'backfill', 'on-cdn-miss']) {
    expect([name, resources[name]?.props.memorySize]).toEqual([name, FUNCTION_MEGABYTES]);
  }
});

it('limits leave less for pixels the larger a file may be', () => {
  expect(mostOfLimits({ megabytes: 64 }).megapixels.most).toBeGreaterThan(128);
  expect(mostOfLimits({ megabytes: 600 }).megapixels.most).toBeLessThan(128);
});

import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chunk } from '../../../support/apng.ts';
import { one, rendered } from '../../../support/developing.ts';
import { BLUE, expectNear, pixel, RED } from '../../../support/pixels.ts';

describe('transparent parts', () => {
  const half = () =>
    sharp({
      create: { width: 80, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .composite([
        {
          input: { create: { width: 40, height: 40, channels: 4, background: '#ff0000' } },
          left: 0,
          top: 0,
        },
      ])
      .png()
      .toBuffer();

  it('lie on the preset’s background in jpeg', async () => {
    const output = await rendered(
      await half(),
      one("widths: [80], background: '#0000ff', formats: { jpeg: { quality: 95 } }"),
    );
    expectNear(await pixel(output, 0.1, 0.5), RED, 30);
    expectNear(await pixel(output, 0.9, 0.5), BLUE, 30);
  });

  it.each(['webp', 'avif', 'png'])('stay transparent in %s', async format => {
    const output = await rendered(await half(), one(`widths: [80], formats: { ${format}: {} }`));
    const { data, info } = await sharp(output).raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    expect(data[3]).toBeGreaterThan(250);
    expect(data[79 * 4 + 3]).toBeLessThan(5);
  });

  it.each<[string, 0 | 2, number[], number[][]]>([
    ['grey', 0, [30_000], [[30_000], [30_001]]],
    [
      'RGB',
      2,
      [51_400, 15_420, 10_280],
      [
        [51_400, 15_420, 10_280],
        [51_401, 15_420, 10_280],
      ],
    ],
  ])(
    'are of one colour in 16 bits, exactly, of a PNG in %s',
    async (_, kind, transparent, pixels) => {
      const output = await rendered(
        deepPng(kind, transparent, pixels),
        one('widths: [64], formats: { png: {} }'),
      );
      const { data } = await sharp(output)
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([data[3], data[63 * 4 + 3]]).toEqual([0, 255]);
    },
  );
});

/** Left and right halves of one colour each, and a tRNS chunk. (PNG, third edition, 11.3.1.1) */
function deepPng(kind: 0 | 2, transparent: number[], pixels: number[][]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(64, 0);
  header.writeUInt32BE(48, 4);
  header.set([16, kind], 8);
  const bytesOf = (samples: number[]) => samples.flatMap(sample => [sample >> 8, sample & 255]);
  const row = [0, ...pixels.flatMap(samples => Array(32).fill(bytesOf(samples)).flat())];
  const rows = Buffer.from(Array(48).fill(row).flat());
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('tRNS', Buffer.from(bytesOf(transparent))),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

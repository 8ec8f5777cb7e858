import { deflateSync } from 'node:zlib';
import sharp, { type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import { apng, chunk } from '../../../support/apng.ts';
import { codec } from '../../../support/codec.ts';
import { plain } from '../../../support/developing.ts';

describe('hostile files', () => {
  const bomb = (width: number, height: number) => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 6, 0, 0, 0], 8);
    const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(1000))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  };

  it.each([
    [
      '30000x30000 in a few bytes',
      () => bomb(30_000, 30_000),
      /at most 128 megapixels \(limits\.megapixels\), received 30000x30000/,
    ],
    [
      'an APNG of 5,000 frames',
      () => apng({ width: 10, height: 10, loop: 0, delays: Array(5000).fill(10) }),
      /at most 300 frames/,
    ],
    [
      'an APNG of 400 frames that says two',
      () => {
        const file = apng({ width: 10, height: 10, loop: 0, delays: Array(400).fill(10) });
        file.writeUInt32BE(2, file.indexOf('acTL') + 4);
        return file;
      },
      /at most 300 frames .* received 400/,
    ],
    [
      'an APNG that says 4 billion frames',
      () => {
        const file = apng({ width: 10, height: 10, loop: 0, delays: [1, 1] });
        file.writeUInt32BE(0xffffffff, file.indexOf('acTL') + 4);
        return file;
      },
      /at most 300 frames/,
    ],
  ])('%s is refused from its header', async (_, draw, sentence) => {
    await expect(codec.inspect(draw(), plain)).rejects.toThrow(sentence);
  });

  it('a GIF of large frames is refused for all its pixels together', async () => {
    const frames = Array.from({ length: 40 }, (_, index) => ({
      create: {
        width: 1400,
        height: 1400,
        channels: 3 as const,
        background: index % 2 === 0 ? '#ff0000' : '#0000ff',
      },
    }));
    const file = await sharp(frames as unknown as SharpInput[], {
      join: { animated: true },
      limitInputPixels: false,
    })
      .gif({ colours: 4, effort: 1 })
      .toBuffer();
    await expect(codec.inspect(file, plain)).rejects.toThrow(
      /at most 64 megapixels over all frames .* received 40 frames of 1400x1400/,
    );
  });

  it('an SVG reaches no decoder, even through sharp itself', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>');
    await expect(codec.inspect(svg, plain)).rejects.toMatchObject({ code: 'ORIGINAL_UNSUPPORTED' });
    await expect(sharp(svg).metadata()).rejects.toThrow();
  });
});

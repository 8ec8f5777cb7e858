import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { apng, chunk } from '../../../support/apng.ts';
import { decoded, one, plain, rendered } from '../../../support/developing.ts';
import { quarters, STORED } from '../../../support/originals.ts';
import { BLUE, expectNear, GREEN, pixel, RED, WHITE } from '../../../support/pixels.ts';

describe('orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i comes out upright', async orientation => {
    const upright = await quarters(120, 80).png().toBuffer();
    const stored = await STORED[orientation]!(sharp(upright)).png().toBuffer();
    const file = await sharp(stored)
      .withMetadata({ orientation })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { picture } = await decoded(file, plain);
    expect(picture).toMatchObject({ width: 120, height: 80 });
    const output = await rendered(file);
    expectNear(await pixel(output, 0.2, 0.2), RED, 40);
    expectNear(await pixel(output, 0.8, 0.2), GREEN, 40);
    expectNear(await pixel(output, 0.2, 0.8), BLUE, 40);
    expectNear(await pixel(output, 0.8, 0.8), WHITE, 40);
    expect((await sharp(output).metadata()).orientation).toBeUndefined();
  });

  it.each([2, 3, 4, 5, 6, 7, 8])(
    '%i turns every frame of an animated WebP as it turns a still',
    async orientation => {
      const frame = await quarters(40, 30).png().toBuffer();
      const still = await sharp(frame).withMetadata({ orientation }).png().toBuffer();
      const moving = await sharp([frame, await sharp(frame).negate().toBuffer(), frame], {
        join: { animated: true },
      })
        .withMetadata({ orientation })
        .webp({ delay: [100, 200, 300], loop: 2, lossless: true })
        .toBuffer();
      const list = one('widths: [30], formats: { webp: { animated: true, quality: 100 } }');
      const { picture } = await decoded(moving, list);
      const upright = await sharp(still).autoOrient().png().toBuffer({ resolveWithObject: true });
      expect(picture).toMatchObject({ width: upright.info.width, height: upright.info.height });
      const output = await rendered(moving, list);
      const options = { page: 2 };
      const { pages, delay, loop } = await sharp(output, { animated: true }).metadata();
      expect({ pages, delay, loop }).toEqual({ pages: 3, delay: [100, 200, 300], loop: 2 });
      const last = await sharp(output, options).png().toBuffer();
      for (const [x, y] of [
        [0.2, 0.2],
        [0.8, 0.2],
        [0.2, 0.8],
        [0.8, 0.8],
      ] as const) {
        expectNear(await pixel(last, x, y), await pixel(upright.data, x, y), 40);
      }
    },
  );

  it('turns an animated PNG too', async () => {
    const file = apng({ width: 40, height: 30, loop: 0, delays: [100, 200] });
    const exif = chunk(
      'eXIf',
      Buffer.from('49492a000800000001001201030001000000060000000000 0000'.replace(' ', ''), 'hex'),
    );
    const turnedFile = Buffer.concat([file.subarray(0, 33), exif, file.subarray(33)]);
    const list = one('widths: [30], formats: { webp: { animated: true, quality: 100 } }');
    const output = await rendered(turnedFile, list);
    expect(await sharp(output).metadata()).toMatchObject({ width: 30, height: 40 });
    // Frame 1 has green on the right, which is below once it is turned.
    const second = await sharp(output, { page: 1 }).png().toBuffer();
    expectNear(await pixel(second, 0.5, 0.9), GREEN, 40);
    expectNear(await pixel(second, 0.5, 0.1), RED, 40);
  });
});

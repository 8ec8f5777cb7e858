import sharp, { type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import { apng } from '../../../support/apng.ts';
import { quarters } from '../../../support/originals.ts';
import { one, rendered } from '../../../support/developing.ts';
import { BLUE, expectNear, GREEN, pixel, RED } from '../../../support/pixels.ts';

describe('animation', () => {
  const animated = one('widths: [20], formats: { webp: { animated: true } }');
  const frames = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      create: {
        width: 40,
        height: 30,
        channels: 3 as const,
        background: { r: index * 50, g: 0, b: 255 - index * 50 },
      },
    }));
  const delay = [100, 200, 300, 400];

  it.each([
    [
      'GIF',
      () =>
        sharp(frames(4) as unknown as SharpInput[], { join: { animated: true } })
          .gif({ delay, loop: 3 })
          .toBuffer(),
    ],
    [
      'WebP',
      () =>
        sharp(frames(4) as unknown as SharpInput[], { join: { animated: true } })
          .webp({ delay, loop: 3 })
          .toBuffer(),
    ],
    ['APNG', async () => apng({ width: 40, height: 30, loop: 3, delays: delay })],
  ])('of %s keeps its frames, delays and loop', async (_, draw) => {
    const output = await sharp(await rendered(await draw(), animated), {
      animated: true,
    }).metadata();
    expect(output).toMatchObject({
      format: 'webp',
      width: 20,
      pageHeight: 15,
      pages: 4,
      loop: 3,
      delay,
    });
  });

  it('of APNG draws frames over each other and takes them away as the file says', async () => {
    const file = apng({ width: 40, height: 30, loop: 0, delays: delay });
    const output = await rendered(
      file,
      one('widths: [40], formats: { webp: { animated: true, quality: 100 } }'),
    );
    const still = (page: number) => sharp(output, { page }).png().toBuffer();
    // Frame 1 paints the right half green over red; frame 2 was taken away, so frame 3 sees red again.
    expectNear(await pixel(await still(0), 0.9, 0.5), RED, 40);
    expectNear(await pixel(await still(1), 0.9, 0.5), GREEN, 40);
    expectNear(await pixel(await still(1), 0.1, 0.5), RED, 40);
    expectNear(await pixel(await still(2), 0.9, 0.5), BLUE, 40);
    expectNear(await pixel(await still(3), 0.9, 0.5), GREEN, 40);
  });

  it.each([
    ['GIF', () => sharp(frames(3) as unknown as SharpInput[], { join: { animated: true } }).gif()],
    [
      'WebP',
      () =>
        sharp(frames(3) as unknown as SharpInput[], { join: { animated: true } }).webp({
          quality: 100,
        }),
    ],
  ])('of %s is sharpened within each frame, and keeps its timing', async (_, draw) => {
    const file = await draw().toBuffer();
    const list = (rest: string) =>
      one(`widths: [40], ${rest} formats: { webp: { animated: true, quality: 100 } }`);
    const plain = await rendered(file, list(''));
    const sharpened = await rendered(file, list('sharpen: 3,'));
    const [a, b] = await Promise.all(
      [plain, sharpened].map(one => sharp(one, { animated: true }).metadata()),
    );
    expect(b).toMatchObject({ width: 40, pages: a?.pages, delay: a?.delay, loop: a?.loop });
    // Frames of one colour have nothing to sharpen, however much the next one differs.
    for (const page of [0, 1, 2]) {
      const [of, as] = await Promise.all(
        [sharpened, plain].map(one => sharp(one, { page }).raw().toBuffer()),
      );
      const worst = Math.max(...(of ?? []).map((value, at) => Math.abs(value - (as?.[at] ?? 0))));
      expect(worst, `frame ${page}`).toBeLessThan(12);
    }
  });

  it('is sharpened where its frames have something to sharpen, whatever the format', async () => {
    const pictures = [quarters(40, 30), quarters(40, 30).negate()];
    const inputs = await Promise.all(
      pictures.map(async one => (await one.blur(3).png().toBuffer()) as unknown as SharpInput),
    );
    const moving = apng({ width: 40, height: 30, loop: 0, delays: delay });
    const joined = () => sharp(inputs as SharpInput[], { join: { animated: true } });
    for (const file of [
      await joined().gif().toBuffer(),
      await joined().webp().toBuffer(),
      moving,
    ]) {
      const list = (rest: string) =>
        one(`widths: [40], ${rest} formats: { webp: { animated: true } }`);
      const [plain, sharpened] = [
        await rendered(file, list('')),
        await rendered(file, list('sharpen: 3,')),
      ];
      expect(sharpened.equals(plain)).toBe(false);
    }
  });

  it('is a still poster elsewhere, and never larger than its frames', async () => {
    const file = await sharp(frames(3) as unknown as SharpInput[], { join: { animated: true } })
      .gif()
      .toBuffer();
    const output = await sharp(
      await rendered(file, one('widths: [640], formats: { webp: {} }')),
    ).metadata();
    expect(output).toMatchObject({ width: 40, height: 30 });
    expect(output.pages ?? 1).toBe(1);
  });
});

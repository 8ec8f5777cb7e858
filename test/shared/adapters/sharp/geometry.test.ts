import sharp, { type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import { one, rendered } from '../../../support/developing.ts';
import { quarters } from '../../../support/originals.ts';
import { BLUE, expectNear, GREEN, pixel, RED, WHITE } from '../../../support/pixels.ts';

describe('shapes', () => {
  it.each([
    ['cover north', "aspect: '1:1', fit: cover, gravity: north", [RED, GREEN]],
    ['cover south', "aspect: '1:1', fit: cover, gravity: south", [BLUE, WHITE]],
  ])('%s keeps that side of a tall picture', async (_, geometry, [left, right]) => {
    const file = await quarters(100, 400).png().toBuffer();
    const output = await rendered(file, one(`widths: [50], ${geometry}, formats: { png: {} }`));
    expect((await sharp(output).metadata()).height).toBe(50);
    expectNear(await pixel(output, 0.2, 0.5), left ?? []);
    expectNear(await pixel(output, 0.8, 0.5), right ?? []);
  });

  it('contain puts the background around', async () => {
    const file = await quarters(100, 50).png().toBuffer();
    const list = one(
      "width: 100, height: 100, fit: contain, background: '#0000ff', formats: { png: {} }",
    );
    const output = await rendered(file, list);
    expect(await sharp(output).metadata()).toMatchObject({ width: 100, height: 100 });
    expectNear(await pixel(output, 0.5, 0.05), BLUE);
    expectNear(await pixel(output, 0.2, 0.4), RED);
  });

  it.each([
    [1, 1],
    [940, 2],
    [3, 2000],
  ])('%ix%i comes out with no empty side', async (width, height) => {
    const file = await sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer();
    const output = await sharp(await rendered(file)).metadata();
    expect(output.width).toBe(Math.min(64, width));
    expect(output.height).toBeGreaterThan(0);
  });

  it('a multi-page TIFF shows its first page', async () => {
    const pages = [RED, GREEN].map(([r = 0, g = 0, b = 0]) => ({
      create: { width: 20, height: 20, channels: 3 as const, background: { r, g, b } },
    }));
    const file = await sharp(pages as unknown as SharpInput[], { join: { animated: true } })
      .tiff()
      .toBuffer();
    expect((await sharp(file).metadata()).pages).toBe(2);
    expectNear(await pixel(await rendered(file), 0.5, 0.5), RED, 30);
  });
});

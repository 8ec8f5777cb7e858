import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
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
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  neededScale,
  ownWidth,
  renderedSize,
  scaled,
} from '../../../../shared/core/list/geometry.ts';
import { type Preset, presetShape } from '../../../../shared/core/list/preset-list.ts';

function presetOf(geometry: Partial<Preset>): Preset {
  return presetShape.parse({ name: 'p', formats: { jpeg: {} }, ...geometry });
}

const feed = presetOf({ widths: [480] });
const square = presetOf({ widths: [100], aspect: '1:1', fit: 'cover' });
const banner = presetOf({ widths: [1080], aspect: '3:1', fit: 'cover' });
const box = presetOf({ width: 200, height: 200, fit: 'inside' });

describe('geometry', () => {
  it.each([
    ['a width alone leaves the height free', feed, { width: 1600, height: 1200 }, 480, 480, 360],
    [
      'a very long picture keeps its width',
      feed,
      { width: 1080, height: 40_000 },
      480,
      480,
      17_778,
    ],
    ['cover fills its shape', square, { width: 1600, height: 1200 }, 100, 100, 100],
    ['a banner of a square', banner, { width: 3000, height: 3000 }, 1080, 1080, 360],
    ['a box holds a tall picture', box, { width: 100, height: 400 }, 200, 50, 200],
    ['no side is ever empty', feed, { width: 9400, height: 2 }, 480, 480, 1],
  ])('%s', (_, preset, picture, width, expectedWidth, expectedHeight) => {
    const size = renderedSize(picture, preset, width);
    expect(size).toEqual({ width: expectedWidth, height: expectedHeight });
  });

  it.each([
    ['its own width for a free height', feed, { width: 700, height: 10 }, 700],
    ['the smaller side of a square', square, { width: 940, height: 2 }, 2],
    ['what the height allows of a banner', banner, { width: 3000, height: 100 }, 300],
    ['one pixel at least', banner, { width: 1, height: 1 }, 1],
  ])('the widest box that is not enlarged is %s', (_, preset, picture, width) => {
    expect(ownWidth(picture, preset)).toBe(width);
  });

  const side = fc.integer({ min: 1, max: 20_000 });

  it('a rendition as wide as the picture allows is never larger than the picture', () => {
    fc.assert(
      fc.property(side, side, fc.constantFrom(feed, square, banner), (width, height, preset) => {
        const size = renderedSize({ width, height }, preset, ownWidth({ width, height }, preset));
        expect(size.width).toBeLessThanOrEqual(width);
        expect(size.height).toBeLessThanOrEqual(Math.max(height, 1));
      }),
    );
  });

  it('the pixels decoded suffice for every rendition', () => {
    fc.assert(
      fc.property(side, side, fc.constantFrom(feed, square, banner), (width, height, preset) => {
        const size = renderedSize(
          { width, height },
          preset,
          Math.min(480, ownWidth({ width, height }, preset)),
        );
        const decoded = scaled({ width, height }, neededScale({ width, height }, size, preset.fit));
        expect(decoded.width).toBeGreaterThanOrEqual(Math.min(size.width, width));
        expect(decoded.height).toBeGreaterThanOrEqual(Math.min(size.height, height) - 1);
      }),
    );
  });
});

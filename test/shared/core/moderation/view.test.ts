import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../../shared/core/moderation/view.ts';

describe('what is shown of a picture', () => {
  it.each([
    ['a photo', [4000, 3000], [1000, 750]],
    ['one on its side', [3000, 4000], [750, 1000]],
    ['a screen of a phone', [1080, 2400], [450, 1000]],
    ['a small one', [640, 480], [640, 480]],
    ['a panorama', [6000, 1500], [1600, 400]],
    ['a long screen shot', [1080, 20_000], [400, 7407]],
    ['a longer one, within what is sent', [1000, 40_000], [316, 12_649]],
    ['the longest, within what the service takes', [600, 60_000], [160, 16_000]],
    ['a line', [65_535, 1], [16_000, 1]],
  ])('of %s', (_, [width = 0, height = 0], [shownWidth, shownHeight]) => {
    expect(viewOf({ width, height })).toEqual({ width: shownWidth, height: shownHeight });
  });

  it('is never larger than the picture nor than the service takes, and has 1,000 pixels where there are', () => {
    const side = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const view = viewOf({ width, height });
        const longer = Math.max(view.width, view.height);
        expect(view.width).toBeLessThanOrEqual(width);
        expect(view.height).toBeLessThanOrEqual(height);
        expect(longer).toBeLessThanOrEqual(16_000);
        expect(longer).toBeGreaterThanOrEqual(Math.min(1000, Math.max(width, height)));
        expect(view.width * view.height).toBeLessThanOrEqual(4.1e6);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  markPixels,
  mostPixels,
  placesIn,
  roomFor,
} from '../../../../shared/core/watermark/layout.ts';
import { places, watermark } from '../../../../shared/core/watermark/mark.ts';

const PICTURE = { width: 1000, height: 500 };
const MARK = { width: 100, height: 50 };

describe('a mark stands', () => {
  it.each([
    ['northwest', 20, 20],
    ['north', 450, 20],
    ['northeast', 880, 20],
    ['west', 20, 225],
    ['centre', 450, 225],
    ['east', 880, 225],
    ['southwest', 20, 430],
    ['south', 450, 430],
    ['southeast', 880, 430],
  ] as const)('in the %s, 2 %% of the width from the edges', (gravity, left, top) => {
    expect(placesIn({ gravity, offset: 2 }, MARK, PICTURE)).toEqual([{ left, top }]);
  });

  it('within the picture if it fits into its room, whatever the sizes', () => {
    const side = fc.integer({ min: 1, max: 4000 });
    const share = fc.integer({ min: 0, max: 50 });
    const sizes = fc.record({ width: side, height: side });
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        share,
        sizes,
        sizes,
        (gravity, offset, mark, picture) => {
          const room = roomFor({ offset }, picture);
          const { width, height } = {
            width: Math.min(mark.width, room.width),
            height: Math.min(mark.height, room.height),
          };
          const [place] = placesIn({ gravity, offset }, { width, height }, picture);
          expect(place?.left).toBeGreaterThanOrEqual(0);
          expect(place?.top).toBeGreaterThanOrEqual(0);
          expect((place?.left ?? 0) + width).toBeLessThanOrEqual(picture.width);
          expect((place?.top ?? 0) + height).toBeLessThanOrEqual(picture.height);
        },
      ),
    );
  });

  it('all over the picture where it is tiled, every other row shifted by half', () => {
    const tile = { angle: 0, gap: 10 };
    const all = placesIn({ gravity: 'centre', offset: 2, tile }, MARK, PICTURE);
    expect([...new Set(all.map(({ top }) => top))]).toEqual([0, 150, 300, 450]);
    expect(all.filter(({ top }) => top === 0).map(({ left }) => left)).toEqual([
      0, 200, 400, 600, 800,
    ]);
    expect(all.find(({ top }) => top === 150)?.left).toBe(-100);
  });
});

it.each([
  [{ size: 10 }, 480, 48],
  [{ size: 10, least: 60 }, 480, 60],
  [{ size: 10, most: 40 }, 480, 40],
  [{ size: 0.1 }, 100, 1],
])('a mark of %j in %i pixels has %i', (mark, width, pixels) => {
  expect(markPixels(mark, width)).toBe(pixels);
});

describe('a mark has at most', () => {
  const marks = watermark.parse([
    { image: 'marks/a.png', size: 10 },
    { text: '{user}', font: 'fonts/a.ttf', size: 10, offset: 0 },
    { image: 'marks/a.png', size: 100, tile: { angle: 45 } },
  ]);
  it.each([
    [0, '', 100 * 460, 'a column, of an image however high it is'],
    [1, 'Anna', 400 * 300, 'three lines of its letters'],
    [1, 'W'.repeat(64), 1000 * 300, 'no more than fits into the picture'],
    [2, '', 1500 ** 2 / 2, 'the box that it lies in at any angle'],
  ])('mark %i of %j: %i pixels, %s', (index, text, pixels) => {
    const wanted = { mark: marks[index]!, ...(text ? { text } : {}) };
    expect(mostPixels(wanted, PICTURE)).toBe(pixels);
  });
});

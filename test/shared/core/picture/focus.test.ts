import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  focusFrom,
  isSure,
  mayBehead,
  pixelsOf,
  regionAround,
} from '../../../../shared/core/picture/focus.ts';

describe('what an uploader says of a focus', () => {
  it.each([
    ['0.43,0.31', { x: 430, y: 310 }],
    ['0.43, 0.31', { x: 430, y: 310 }],
    ['0,1', { x: 0, y: 1000 }],
    ['1.0,0.9999', { x: 1000, y: 1000 }],
    ['0.0004,0.1234', { x: 0, y: 123 }],
  ])('%j is read', (text, focus) => expect(focusFrom(text)).toEqual(focus));

  it.each([
    ['', '0.43', '0.43,', '0.43,0.31,0.2', '0.43;0.31', 'x,y', 'NaN,0.5', '-0.1,0.5'],
    ['1.01,0.5', '2,0.5', '43,31', '43%,31%', '.43,.31', '1e-1,0.5', '0.43,0.31\n', '０.4,0.3'],
    [`0.${'4'.repeat(7)},0.31`, `0.4,${' '.repeat(9)}0.3`, '9'.repeat(8000)],
  ])('%j and the like are unreadable', (...texts) => {
    for (const text of texts) expect(focusFrom(text), text).toBe('unreadable');
  });
});

const side = fc.integer({ min: 1, max: 20_000 });
const size = fc.record({ width: side, height: side });
const focus = fc.record({
  x: fc.integer({ min: 0, max: 1000 }),
  y: fc.integer({ min: 0, max: 1000 }),
});
const aspect = fc
  .tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }))
  .map(([a, b]) => a / b);

describe('the region around a focus', () => {
  it.each([
    ['a square of a wide picture', { x: 500, y: 500 }, [400, 200], 1, [250, 0, 500, 1000]],
    ['one at its edge', { x: 10, y: 500 }, [400, 200], 1, [0, 0, 500, 1000]],
    ['one at its other edge', { x: 1000, y: 0 }, [400, 200], 1, [500, 0, 500, 1000]],
    ['a cover of an upright one', { x: 500, y: 333 }, [200, 300], 3, [0, 222, 1000, 222]],
    ['all of it', { x: 0, y: 0 }, [300, 200], 1.5, [0, 0, 1000, 1000]],
  ] as const)('is %s', (_, at, [width, height], shape, [left, top, wide, high]) => {
    const region = { left, top, width: wide, height: high };
    expect(regionAround(at, { width, height }, shape)).toEqual(region);
  });

  it('lies within the picture, touches two of its sides, and holds the focus', () => {
    fc.assert(
      fc.property(focus, size, aspect, (at, picture, shape) => {
        const { left, top, width, height } = regionAround(at, picture, shape);
        expect(Math.max(width, height)).toBe(1000);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(1000);
        expect(at.x).toBeGreaterThanOrEqual(left - 1);
        expect(at.x).toBeLessThanOrEqual(left + width + 1);
        expect(at.y).toBeGreaterThanOrEqual(top - 1);
        expect(at.y).toBeLessThanOrEqual(top + height + 1);
      }),
    );
  });

  it('has pixels within every size of the picture', () => {
    fc.assert(
      fc.property(focus, size, size, size, (at, picture, whole, file) => {
        const region = regionAround(at, picture, file.width / file.height);
        const { left, top, width, height } = pixelsOf(region, whole, file);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(left + width).toBeLessThanOrEqual(whole.width);
        expect(top + height).toBeLessThanOrEqual(whole.height);
        expect(width === whole.width || height === whole.height).toBe(true);
      }),
    );
  });
});

describe('a crop may behead somebody', () => {
  const upright = { width: 1200, height: 1800 };
  it.each([
    ['in a wide part of an upright picture, below its middle', 600, upright, 3, true],
    ['not above the middle', 500, upright, 3, false],
    ['not in a square', 600, upright, 1, false],
    ['not in a picture that is nearly square', 600, { width: 1000, height: 1200 }, 3, false],
    ['not in a wide picture', 600, { width: 1800, height: 1200 }, 3, false],
  ])('%s', (_, y, picture, shape, expected) =>
    expect(mayBehead({ x: 500, y }, picture, shape)).toBe(expected),
  );

  it('a place below is sure of itself with four times the detail of the upper third', () => {
    expect([isSure(4, 1), isSure(3.9, 1), isSure(0, 0)]).toEqual([true, false, true]);
  });
});

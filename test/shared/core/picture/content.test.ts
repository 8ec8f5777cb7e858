import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, hasMoreColours } from '../../../../shared/core/picture/content.ts';

type Colour = [number, number, number];
const RED: Colour = [220, 0, 0];
const BLUE: Colour = [0, 0, 220];
const GREY: Colour = [128, 128, 128];

function drawn(width: number, height: number, at: (x: number, y: number) => Colour) {
  const data = Uint8Array.from(
    Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))).flat(),
  );
  return { data, width, height };
}

const noise = (x: number, y: number) =>
  Math.imul((x + 1) * 7919 + y * 104_729, 2_654_435_761) >>> 8;

describe('what pixels say', () => {
  it.each([
    ['one colour', () => GREY, { chroma: '4:2:0', colourEdges: 0, flat: true }],
    [
      'red on blue, pixel by pixel',
      (x: number, y: number) => ((x + y) % 2 ? RED : BLUE),
      { chroma: '4:4:4', flat: false },
    ],
    [
      'red and blue in blocks of two, as 4:2:0 has them',
      (x: number, y: number) => (((x >> 1) + (y >> 1)) % 2 ? RED : BLUE),
      { chroma: '4:2:0', colourEdges: 0, flat: true },
    ],
    [
      'black on white, pixel by pixel: edges without colour',
      (x: number, y: number): Colour => ((x + y) % 2 ? [0, 0, 0] : [255, 255, 255]),
      { chroma: '4:2:0', colourEdges: 0, flat: false },
    ],
    [
      'a smooth sky: colours without edges',
      (x: number): Colour => [x, x >> 1, 255 - x],
      { chroma: '4:2:0', flat: false },
    ],
    [
      'grain',
      (x: number, y: number): Colour => {
        const value = noise(x, y);
        return [value & 63, (value >> 6) & 63, (value >> 12) & 63];
      },
      { flat: false },
    ],
    [
      'a form: white, with some lines',
      (_: number, y: number): Colour => (y % 12 === 0 ? [20, 20, 20] : [255, 255, 255]),
      { flat: true, chroma: '4:2:0' },
    ],
  ])('of %s', (_, at, expected) => {
    expect(contentOf(drawn(128, 96, at as (x: number, y: number) => Colour))).toMatchObject(
      expected,
    );
  });

  it.each([
    [1, 1],
    [1, 7],
    [7, 1],
    [2, 2],
    [3, 3],
  ])('of %i by %i pixels is something', (width, height) => {
    expect(contentOf(drawn(width, height, () => RED))).toMatchObject({
      chroma: '4:2:0',
      colourEdges: 0,
    });
  });

  it('is the formula of docs/rendering.md, whatever the pixels', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.uint8Array({ minLength: 243, maxLength: 243 }),
      (width, height, bytes) => {
        const data = bytes.subarray(0, 3 * width * height);
        expect(contentOf({ data, width, height })).toMatchObject(byHand(data, width, height));
      },
    );
    fc.assert(property);
  });
});

/** As it is written, a number at a time. */
function byHand(data: Uint8Array, width: number, height: number) {
  const pixel = (x: number, y: number) => [
    ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
  ];
  const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const squares: number[] = [];
  let even = 0;
  for (let y = 0; y + 1 < height; y += 1) {
    for (let x = 0; x + 1 < width; x += 1) {
      const [here, right, below] = [pixel(x, y), pixel(x + 1, y), pixel(x, y + 1)].map(String);
      if (here === right && here === below) even += 1;
      if (x % 2 || y % 2) continue;
      const block = [pixel(x, y), pixel(x + 1, y), pixel(x, y + 1), pixel(x + 1, y + 1)];
      const cb = block.map(([r = 0, g = 0, b = 0]) => -0.168736 * r - 0.331264 * g + 0.5 * b);
      const cr = block.map(([r = 0, g = 0, b = 0]) => 0.5 * r - 0.418688 * g - 0.081312 * b);
      const e = mean(cb.map((one, at) => (one - mean(cb)) ** 2 + ((cr[at] ?? 0) - mean(cr)) ** 2));
      squares.push(e * e);
    }
  }
  const pixels = Array.from({ length: width * height }, (_, at) =>
    String(pixel(at % width, Math.floor(at / width))),
  );
  const c4 = squares.length === 0 ? 0 : Math.sqrt(mean(squares));
  return {
    colourEdges: Math.round(c4),
    even: Math.floor((1000 * even) / pixels.length),
    colours: Math.ceil((1000 * new Set(pixels).size) / pixels.length),
  };
}

describe('counting colours', () => {
  it.each([3, 4])('ends with the first that is one too many, of %i channels', channels => {
    const property = fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      (drawn, most) => {
        const data = Uint8Array.from(drawn.flatMap(one => Array(channels).fill(one * 40)));
        expect(hasMoreColours({ data, channels }, most)).toBe(new Set(drawn).size > most);
      },
    );
    fc.assert(property);
  });

  it('tells alphas apart', () => {
    const data = Uint8Array.from([9, 9, 9, 0, 9, 9, 9, 255]);
    expect(hasMoreColours({ data, channels: 4 }, 1)).toBe(true);
  });
});

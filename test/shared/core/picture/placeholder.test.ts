import { describe, expect, it } from 'vitest';
import { dominantColour } from '../../../../shared/core/picture/placeholder.ts';

const pixels = (...colours: [number, number, number, number][]) => Buffer.from(colours.flat());

describe('dominantColour', () => {
  it.each([
    ['one colour, as it is', pixels([33, 64, 97, 255]), '#214061'],
    ['white', pixels([255, 255, 255, 255]), '#ffffff'],
    [
      'the mean of those that are alike and most',
      pixels([0, 0, 0, 255], [200, 16, 16, 255], [206, 30, 18, 255]),
      '#cb1711',
    ],
    [
      'what can be seen, whatever transparent pixels hold',
      pixels([255, 0, 0, 0], [255, 0, 0, 0], [0, 0, 250, 9]),
      '#0000fa',
    ],
    [
      'what is seen most, not what is there most often',
      pixels([0, 0, 0, 20], [0, 0, 0, 20], [250, 120, 10, 255]),
      '#fa780a',
    ],
    ['nothing at all, as white', pixels([0, 0, 0, 0]), '#ffffff'],
  ])('names %s', (_rule, rgba, colour) => {
    expect(dominantColour(rgba)).toBe(colour);
  });
});

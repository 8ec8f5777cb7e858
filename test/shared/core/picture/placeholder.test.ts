import { describe, expect, it } from 'vitest';
import { dominantColour } from '../../../../shared/core/picture/placeholder.ts';

const pixels = (...colours: [number, number, number, number][]) => Buffer.from(colours.flat());

describe('dominantColour', () => {
  it.each([
    ['one colour, as the middle of its step', pixels([32, 64, 96, 255]), '#284868'],
    ['the brightest step', pixels([255, 255, 255, 255]), '#f8f8f8'],
    [
      'the most frequent of several',
      pixels([0, 0, 0, 255], [200, 16, 16, 255], [207, 31, 17, 255]),
      '#c81818',
    ],
    [
      'what can be seen, whatever transparent pixels hold',
      pixels([255, 0, 0, 0], [255, 0, 0, 0], [0, 0, 255, 9]),
      '#0808f8',
    ],
    ['nothing at all, as black', pixels([255, 255, 255, 0]), '#080808'],
  ])('names %s', (_rule, rgba, colour) => {
    expect(dominantColour(rgba)).toBe(colour);
  });
});

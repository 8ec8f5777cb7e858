import { describe, expect, it } from 'vitest';
import { inWords, liftedInWords } from '../../../cli/takedown/words.ts';

const key = 'a.jpg';

describe('of a take-down is said', () => {
  it.each([
    [{ removed: ['f'], wasThere: true, wasDown: false }, '✓ a.jpg  taken down, 1 file removed'],
    [
      { removed: [], wasThere: false, wasDown: false },
      '✓ a.jpg  blocked; there was nothing of it: is the key right?',
    ],
    [
      { removed: [], wasThere: false, wasDown: true },
      '✓ a.jpg  was taken down already; carried out again',
    ],
    [
      { removed: ['f', 'g'], wasThere: true, wasDown: true },
      '✓ a.jpg  was taken down already; carried out again, 2 files removed',
    ],
  ])('of %j', (done, text) => {
    expect(inWords({ key, ...done })).toBe(text);
  });
});

describe('of its undoing is said', () => {
  it.each([
    [{ lifted: true, isThere: true }, '✓ a.jpg  is developed again'],
    [
      { lifted: true, isThere: false },
      '✓ a.jpg  may be developed again; there is no original of it now',
    ],
    [{ lifted: false, isThere: true }, '- a.jpg  was not taken down'],
  ])('of %j', (done, text) => {
    expect(liftedInWords(key, done)).toBe(text);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysApart } from '../../studio/keys-apart.ts';

describe('keys of what is dropped at once', () => {
  it.each([
    ['two of one name', ['a.jpg', 'a.jpg', 'a.jpg'], ['p/a.jpg', 'p/a (2).jpg', 'p/a (3).jpg']],
    [
      'one that has the number',
      ['a.jpg', 'a (2).jpg', 'a.jpg'],
      ['p/a.jpg', 'p/a (2).jpg', 'p/a (3).jpg'],
    ],
    ['a name without an extension', ['a', 'a'], ['p/a', 'p/a (2)']],
    ['a folder with a dot', ['v1.0/a', 'v1.0/a'], ['p/v1.0/a', 'p/v1.0/a (2)']],
    ['a hidden name', ['.a', '.a'], ['p/.a', 'p/.a (2)']],
    ['one that is on its way', ['b.jpg'], ['p/b (2).jpg']],
  ])('are apart: %s', (_, paths, keys) => {
    expect(keysApart(paths, 'p/', ['p/b.jpg'])).toEqual(keys);
  });

  it('are apart whatever the names are, and begin with the prefix', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', '.', '(', '2', ')', ' ', '/'),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), fc.array(name), (paths, taken) => {
        const before = taken.map(one => `p/${one}`);
        const keys = keysApart(paths, 'p/', before);
        expect(new Set([...keys, ...before]).size).toBe(keys.length + new Set(before).size);
        for (const key of keys) expect(key.startsWith('p/')).toBe(true);
      }),
    );
  });
});

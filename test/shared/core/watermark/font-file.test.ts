import fc from 'fast-check';
import { create, type Font } from 'fontkit';
import { expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { fontNamed } from '../../../../shared/core/watermark/font-file.ts';
import { arabic } from '../../../support/marks.ts';

it('a font under another name has that name and every glyph that it had', () => {
  const before = create(arabic()) as Font;
  const after = create(fontNamed(arabic(), 'darkroom-x')) as Font;
  expect(after.familyName).toBe('darkroom-x');
  expect(after.numGlyphs).toBe(before.numGlyphs);
  expect(after.characterSet).toEqual(before.characterSet);
});

it.each([
  ['a text', Buffer.from('no font at all'), 'another kind of file'],
  ['WOFF2', Buffer.from('wOF2............'), 'another kind of file'],
  ['nothing', Buffer.alloc(0), 'one that ends too soon'],
  ['a font that was cut off', arabic().subarray(0, 5000), 'one that ends too soon'],
])('%s is no font', (_, bytes, received) => {
  expect(() => fontNamed(bytes, 'x')).toThrow(
    `expected a TrueType or OpenType font, received ${received}`,
  );
});

it('whatever the bytes are, they are a font or refused', () => {
  const head = arabic().subarray(0, 400);
  fc.assert(
    fc.property(fc.nat({ max: 399 }), fc.uint8Array({ maxLength: 40 }), (place, noise) => {
      const bytes = Buffer.from(head);
      bytes.set(noise.subarray(0, 400 - place), place);
      try {
        fontNamed(bytes, 'x');
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(Failure);
      }
    }),
  );
});

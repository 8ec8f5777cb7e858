import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../client/sha256.ts';

const known = (text: string) => createHash('sha256').update(text).digest('hex');

describe('sha256', () => {
  it('is that of node:crypto at every length around the ends of blocks', () => {
    for (let length = 0; length < 260; length += 1) {
      const text = 'ETag'.repeat(65).slice(0, length);
      expect(sha256(text)).toBe(known(text));
    }
  });

  it('is that of node:crypto for any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 500 }),
      fc.string({ unit: 'grapheme', maxLength: 100 }),
    );
    fc.assert(fc.property(text, said => sha256(said) === known(said)));
  });
});

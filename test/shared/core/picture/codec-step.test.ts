import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../../shared/core/failure.ts';
import { attempt } from '../../../../shared/core/picture/codec-step.ts';

const kindOf = async (thrown: unknown) => {
  const run = () => Promise.reject(thrown);
  const failed = await attempt('ORIGINAL_UNDECODABLE', 'expected a picture', run).catch(failureOf);
  return (failed as ReturnType<typeof failureOf>).kind;
};

describe('what a decoder throws', () => {
  it.each([
    'words that nobody has seen yet',
    'heif: Memory allocation error: Security limit exceeded: iloc box contains 768 items',
    'VipsJpeg: premature end of JPEG image',
  ])('is the picture’s fault, whatever its words: %s', async message => {
    expect(await kindOf(new Error(message))).toBe('input');
  });

  it.each([
    new Error('out of memory --- size == 24MB'),
    new Error('vips_malloc: cannot allocate'),
    new TypeError('undefined is not a function'),
    new RangeError('The value of "offset" is out of range'),
  ])('is ours where memory runs out, and where it is a bug: %s', async thrown => {
    expect(await kindOf(thrown)).toBe('fault');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codedStartOf } from '../../../../shared/core/picture/iso-item.ts';
import { unsaidAvif } from '../../../support/avifs.ts';

const box = (type: string, ...parts: (Buffer | number[])[]): Buffer => {
  const body = Buffer.concat(parts.map(part => Buffer.from(part)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const long = (value: number): number[] => [0, 0, value >> 8, value & 255];

const CODED = Buffer.from('the picture as it is coded');
const PRIMARY = box('pitm', [0, 0, 0, 0, 0, 7]);

/** What is coded begins at 8. */
const fileOf = (...inMeta: Buffer[]) =>
  Buffer.concat([box('mdat', CODED), box('meta', long(0), PRIMARY, ...inMeta)]);
const iloc = (version: number, ...parts: number[][]) => box('iloc', [version, 0, 0, 0], ...parts);

describe('the bytes of a picture in its file', () => {
  it.each<[string, Buffer[], string]>([
    [
      'where the first version of the box says',
      [iloc(0, [0x44, 0, 0, 1], [0, 7, 0, 0, 0, 1], long(8), long(11))],
      'the picture',
    ],
    [
      'from a base of its own, behind other items, with numbers of extents',
      [
        iloc(
          1,
          [0x44, 0x44, 0, 2],
          [0, 1, 0, 0, 0, 0, ...long(0), 0, 2, ...Array(24).fill(255)],
          [0, 7, 0, 0, 0, 0, ...long(8), 0, 1, ...long(0), ...long(4), ...long(7)],
        ),
      ],
      'picture',
    ],
    [
      'in parts, with numbers of 32 bits for items',
      [
        iloc(
          2,
          [0x44, 0, ...long(1)],
          [...long(7), 0, 0, 0, 0, 0, 2, ...long(8), ...long(4), ...long(20), ...long(11)],
        ),
      ],
      'the as it is co',
    ],
    [
      'within the box of metadata',
      [iloc(1, [0x44, 0, 0, 1], [0, 7, 0, 1, 0, 0, 0, 1], long(2), long(3)), box('idat', CODED)],
      'e p',
    ],
    [
      'up to the end where no length is said',
      [iloc(0, [0x40, 0, 0, 1], [0, 7, 0, 0, 0, 1], long(8))],
      CODED.toString(),
    ],
    [
      'nowhere, by a box that knows other items',
      [iloc(0, [0x44, 0, 0, 1], [0, 8, 0, 0, 0, 1], long(8), long(11))],
      '',
    ],
    [
      'nowhere, by another item',
      [iloc(1, [0x44, 0, 0, 1], [0, 7, 0, 2, 0, 0, 0, 1], long(8), long(11))],
      '',
    ],
    [
      'nowhere, beyond the end',
      [iloc(0, [0x44, 0, 0, 1], [0, 7, 0, 0, 0, 1], [255, 255, 255, 255], long(11))],
      '',
    ],
    ['nowhere, by no box', [], ''],
  ])('are %s', (_, boxes, expected) => {
    const found = codedStartOf(fileOf(...boxes)).toString('latin1');
    expect(found.startsWith(expected) && (expected !== '' || found === '')).toBe(true);
  });

  it('are those of the first tile of a grid', () => {
    expect(codedStartOf(unsaidAvif('greyInTiles')).subarray(0, 2)).toEqual(Buffer.from([0x12, 0]));
  });

  it('are read in bounds, a thousand at most, whatever a file says', () => {
    const whole = unsaidAvif('greyInTiles');
    const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
    const property = fc.property(fc.array(change, { maxLength: 8 }), changes => {
      const file = Buffer.from(whole);
      for (const [at, value] of changes) file[at] = value;
      expect(codedStartOf(file).length).toBeLessThanOrEqual(1024);
    });
    fc.assert(property, { numRuns: 1000 });
    for (let length = 0; length < whole.length; length += 1)
      codedStartOf(whole.subarray(0, length));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequenceColourOf } from '../../../../shared/core/picture/av1-sequence.ts';

const GREY_IN_LIMITED_RANGE = '12000a0918157fbd96021a0c40';
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const SRGB = { primaries: 1, transfer: 13 };

/** Numbers and how many bits each has. */
type Field = [value: number, bits: number];

function packed(fields: Field[]): Buffer {
  const bits = fields.map(([value, count]) => value.toString(2).padStart(count, '0')).join('');
  const octets = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from(octets.map(octet => Number.parseInt(octet.padEnd(8, '0'), 2)));
}

/** An OBU that says its length. (AV1, 5.3) */
const obu = (type: number, data: Buffer) =>
  Buffer.concat([Buffer.from([(type << 3) | 2, data.length]), data]);
const header = (fields: Field[]) => obu(1, packed(fields));

/** All that a header may have between its profile and its colour. (5.5.1) */
const VIDEO: Field[] = [
  [0, 2], // no still picture, not reduced
  [1, 1], // timing_info_present_flag
  [1, 32],
  [25, 32],
  [1, 1], // equal_picture_interval
  [0b00101, 5], // uvlc
  [1, 1], // decoder_model_info_present_flag
  [9, 5],
  [1, 32],
  [9, 5],
  [9, 5],
  [1, 1], // initial_display_delay_present_flag
  [1, 5], // two operating points
  [0, 12],
  [8, 5],
  [1, 1], // seq_tier
  [1, 1],
  [0, 21],
  [1, 1],
  [3, 4],
  [0, 12],
  [7, 5],
  [0, 1],
  [0, 1],
  [5, 4],
  [5, 4],
  [63, 6],
  [47, 6],
  [1, 1], // frame_id_numbers_present_flag
  [0, 7],
  [0, 3],
  [0, 4],
  [1, 1], // enable_order_hint
  [0, 2],
  [0, 1], // seq_choose_screen_content_tools
  [1, 1],
  [0, 1], // seq_choose_integer_mv
  [1, 1],
  [6, 3],
  [0, 3],
];

describe('the colour that a sequence header says', () => {
  it.each([
    ['libaom, grey in limited range', GREY_IN_LIMITED_RANGE, { cicp: SRGB, isFull: false }],
    ['libaom, grey in full range', '12000a0918157fbd96021a0d40', { cicp: SRGB, isFull: true }],
    ['… in 10 bits', '12000a0918157fbd9e021a0c40', { cicp: SRGB, isFull: false }],
    ['rav1e', '12000a091fd57fbcb6021a0c40', { cicp: SRGB, isFull: false }],
    ['SVT-AV1, whose header is not reduced', '12000a0a00000003b7fff3efe601', { isFull: false }],
    ['sharp', '12000a0938157fbdb404341a40', { cicp: SRGB, isFull: true }],
  ])('is read of what encoders write: %s', (_, hex, expected) => {
    expect(sequenceColourOf(bytes(hex))).toEqual(expected);
  });

  it.each<[string, number, Field[], ReturnType<typeof sequenceColourOf>]>([
    [
      'grey',
      0,
      [
        [0, 1],
        [1, 1],
        [0, 1],
        [0, 1],
      ],
      { isFull: false },
    ],
    [
      '12 bits',
      2,
      [
        [1, 1],
        [1, 1],
        [0, 1],
        [0, 1],
        [1, 1],
      ],
      { isFull: true },
    ],
    [
      '4:4:4, which is never grey',
      1,
      [
        [0, 1],
        [0, 1],
        [1, 1],
      ],
      { isFull: true },
    ],
    [
      'RGB as it is, which is full',
      1,
      [
        [0, 1],
        [1, 1],
        [1, 8],
        [13, 8],
        [0, 8],
        [0, 2],
      ],
      { cicp: SRGB, isFull: true },
    ],
    [
      'grey with the matrix of RGB, of which the range is said',
      0,
      [
        [0, 1],
        [1, 1],
        [1, 1],
        [1, 8],
        [13, 8],
        [0, 8],
        [0, 1],
      ],
      { cicp: SRGB, isFull: false },
    ],
  ])('stands behind all that video has: %s', (_, profile, colour, expected) => {
    expect(sequenceColourOf(header([[profile, 3], ...VIDEO, ...colour]))).toEqual(expected);
  });

  it('is found behind other OBUs, with an extension and without a length', () => {
    const data = bytes(GREY_IN_LIMITED_RANGE).subarray(4);
    const bare = Buffer.concat([Buffer.from([(1 << 3) | 4, 0]), data]);
    const others = Buffer.concat([obu(2, Buffer.alloc(0)), obu(15, Buffer.alloc(100, 0xff))]);
    expect(sequenceColourOf(Buffer.concat([others, bare]))).toMatchObject({ isFull: false });
  });

  it('is none of a header that is cut short', () => {
    const whole = bytes(GREY_IN_LIMITED_RANGE).subarray(0, 13);
    for (let length = 0; length < 11; length += 1)
      expect(sequenceColourOf(whole.subarray(0, length))).toBeUndefined();
    expect(sequenceColourOf(whole)).toBeDefined();
  });

  it('is looked for in bounds, whatever the bytes are', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), data => {
      for (const coded of [
        Buffer.from(data),
        obu(1, Buffer.from(data)),
        Buffer.from([10, ...data]),
      ]) {
        const colour = sequenceColourOf(coded);
        expect(['undefined', 'boolean']).toContain(typeof colour?.isFull);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});

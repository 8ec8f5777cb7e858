import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decoded, one, rendered } from '../../../support/developing.ts';
import { GIF_COLOURS, type GifFrame, gif } from '../../../support/gifs.ts';
import { expectNear } from '../../../support/pixels.ts';

/** What of a frame is there under the next one. Right values: Chromium's ImageDecoder, of these very files. */

const moving = one('widths: [64], formats: { webp: { animated: true, quality: 100 } }');

const [KEEP, CLEAR, GO_BACK] = [1, 2, 3];
const whole = (colour: number, disposal: number, transparent?: number): GifFrame =>
  frameAt([0, 0, 64, 48], colour, disposal, transparent);
const first = (colour: number, disposal: number): GifFrame =>
  frameAt([0, 0, 32, 24], colour, disposal);
const last = (colour: number): GifFrame => frameAt([32, 24, 32, 24], colour, KEEP);

function frameAt(
  place: GifFrame['place'],
  colour: number,
  disposal: number,
  transparent?: number,
): GifFrame {
  return { place, colour, disposal, ...(transparent === undefined ? {} : { transparent }) };
}

/** Top left and bottom right of each frame. */
async function cornersOf(file: Buffer): Promise<number[][][]> {
  const animation = sharp(file, { animated: true }).ensureAlpha();
  const { data, info } = await animation.raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => [
    ...data.subarray((y * 64 + x) * 4, (y * 64 + x) * 4 + 4),
  ];
  return Array.from({ length: info.height / 48 }, (_, at) => [
    pixel(8, at * 48 + 8),
    pixel(56, at * 48 + 40),
  ]);
}

const RED = [...(GIF_COLOURS[0] ?? []), 255];
const GREEN = [...(GIF_COLOURS[1] ?? []), 255];
const BLUE = [...(GIF_COLOURS[2] ?? []), 255];
const CLEARED = [0, 0, 0, 0];

describe('a frame of a GIF', () => {
  it.each<[string, GifFrame[], number[][][]]>([
    [
      'stays',
      [whole(0, KEEP), last(1)],
      [
        [RED, RED],
        [RED, GREEN],
      ],
    ],
    [
      'is cleared to nothing',
      [whole(0, CLEAR), last(1)],
      [
        [RED, RED],
        [CLEARED, GREEN],
      ],
    ],
    [
      'is cleared to nothing where it has a transparent colour, too',
      [whole(0, CLEAR, 3), last(1)],
      [
        [RED, RED],
        [CLEARED, GREEN],
      ],
    ],
    [
      'is cleared where it lay, whatever lay below it',
      [whole(0, KEEP), first(1, CLEAR), last(2)],
      [
        [RED, RED],
        [GREEN, RED],
        [CLEARED, BLUE],
      ],
    ],
    [
      'gives way to what lay below it',
      [whole(0, KEEP), first(1, GO_BACK), last(2)],
      [
        [RED, RED],
        [GREEN, RED],
        [RED, BLUE],
      ],
    ],
    [
      'is cleared if it is the first, below which there was nothing',
      [whole(0, GO_BACK), last(1)],
      [
        [RED, RED],
        [CLEARED, GREEN],
      ],
    ],
    [
      'is cleared where it leaves some of the canvas',
      [first(0, CLEAR), last(1)],
      [
        [RED, CLEARED],
        [CLEARED, GREEN],
      ],
    ],
  ])('%s', async (_, frames, expected) => {
    // Browsers know no colour of the background: any is as good.
    for (const background of [0, 2]) {
      const shown = await cornersOf(await rendered(gif(frames, background), moving));
      expect(shown).toHaveLength(expected.length);
      for (const [at, corner] of shown.flat().entries()) {
        expectNear(corner, expected.flat()[at] ?? [], 3);
      }
    }
  });

  it.each([
    ['with alpha where some of it is cleared', [whole(0, CLEAR), last(1)], true],
    ['without where the next one covers all again', [whole(0, CLEAR), whole(1, CLEAR)], false],
    ['without where nothing is cleared', [whole(0, KEEP), last(1)], false],
  ])('is of a picture %s', async (_, frames, alpha) => {
    expect((await decoded(gif(frames), moving)).picture.alpha).toBe(alpha);
  });

  it('is the poster as it is, before it is cleared', async () => {
    const png = one('widths: [64], formats: { png: {} }');
    const poster = await rendered(gif([whole(0, CLEAR), last(1)]), png);
    for (const corner of (await cornersOf(poster)).flat()) expectNear(corner, RED, 0);
  });
});

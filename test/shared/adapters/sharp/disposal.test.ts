import sharp, { type Color } from 'sharp';
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

async function expectShown(file: Buffer, expected: number[][][]): Promise<void> {
  const shown = await cornersOf(await rendered(file, moving));
  expect(shown).toHaveLength(expected.length);
  for (const [at, corner] of shown.flat().entries()) {
    expectNear(corner, expected.flat()[at] ?? [], 3);
  }
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
    for (const background of [0, 2]) await expectShown(gif(frames, background), expected);
    // Of 256 colours none is left to be a transparent one.
    await expectShown(gif(frames, 2, 8), expected);
  });

  it('of 256 colours has the time that its file gives it, and is sharpened and cropped as others', async () => {
    const file = gif([whole(0, CLEAR), last(1)], 0, 8);
    const { delay, loop } = await sharp(await rendered(file, moving)).metadata();
    expect([delay, loop]).toEqual([[100, 100], 1]);
    const preset = 'widths: [24], aspect: "1:1", fit: cover, gravity: north, sharpen: 1';
    const formats = 'formats: { webp: { animated: true, quality: 100 } }';
    const square = await rendered(file, one(`${preset}, ${formats}`));
    const { pageHeight, width, pages, hasAlpha } = await sharp(square, {
      animated: true,
    }).metadata();
    expect({ pageHeight, width, pages, hasAlpha }).toEqual({
      pageHeight: 24,
      width: 24,
      pages: 2,
      hasAlpha: true,
    });
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

const [WHOLE, FIRST, LAST] = [
  [0, 0, 64, 48],
  [0, 0, 32, 24],
  [32, 24, 32, 24],
] as const;
const red = { r: 200, g: 60, b: 40, alpha: 1 };
const half = { r: 60, g: 160, b: 80, alpha: 0.5 };
const nothing = { r: 0, g: 0, b: 0, alpha: 0 };

interface WebpFrame {
  place: readonly [left: number, top: number, width: number, height: number];
  colour: Color;
  isCleared?: true;
  isUnblended?: true;
}

/** (WebP container specification, "Animation") */
async function webp(frames: WebpFrame[]): Promise<Buffer> {
  const features = Buffer.alloc(10);
  features[0] = 0x12;
  features.writeUIntLE(63, 4, 3);
  features.writeUIntLE(47, 7, 3);
  // A colour of the background, which is to be ignored.
  const animation = Buffer.from([50, 80, 190, 255, 0, 0]);
  const parts = [chunk('VP8X', features), chunk('ANIM', animation)];
  for (const { place, colour, isCleared, isUnblended } of frames) {
    const [left, top, width, height] = place;
    const head = Buffer.alloc(16);
    for (const [at, value] of [left / 2, top / 2, width - 1, height - 1, 100].entries()) {
      head.writeUIntLE(value, at * 3, 3);
    }
    head[15] = (isUnblended ? 2 : 0) | (isCleared ? 1 : 0);
    const create = { width, height, channels: 4 as const, background: colour };
    const still = await sharp({ create }).webp({ lossless: true }).toBuffer();
    const pixels = still.subarray(still.indexOf('VP8L'));
    parts.push(chunk('ANMF', Buffer.concat([head, pixels])));
  }
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...parts]));
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

const MIXED = [129, 110, 60, 255];
const HALF = [60, 160, 80, 128];

describe('a frame of a WebP', () => {
  it.each<[string, WebpFrame[], number[][][]]>([
    [
      'is blended with what is there',
      [
        { place: WHOLE, colour: red },
        { place: FIRST, colour: half },
      ],
      [
        [RED, RED],
        [MIXED, RED],
      ],
    ],
    [
      'takes its place where it says so',
      [
        { place: WHOLE, colour: red },
        { place: FIRST, colour: half, isUnblended: true },
      ],
      [
        [RED, RED],
        [HALF, RED],
      ],
    ],
    [
      'may make a hole',
      [
        { place: WHOLE, colour: red },
        { place: FIRST, colour: nothing, isUnblended: true },
      ],
      [
        [RED, RED],
        [CLEARED, RED],
      ],
    ],
    [
      'is cleared to nothing, whatever the background',
      [
        { place: WHOLE, colour: red, isCleared: true },
        { place: LAST, colour: half },
      ],
      [
        [RED, RED],
        [CLEARED, HALF],
      ],
    ],
    [
      'is cleared where it lay',
      [
        { place: WHOLE, colour: red },
        { place: FIRST, colour: half, isCleared: true },
        { place: LAST, colour: half },
      ],
      [
        [RED, RED],
        [MIXED, RED],
        [CLEARED, MIXED],
      ],
    ],
  ])('%s', async (_, frames, expected) => {
    const shown = await cornersOf(await rendered(await webp(frames), moving));
    expect(shown).toHaveLength(expected.length);
    for (const [at, corner] of shown.flat().entries()) {
      expectNear(corner, expected.flat()[at] ?? [], 3);
    }
  });
});

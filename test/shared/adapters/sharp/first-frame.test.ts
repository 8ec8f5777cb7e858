import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { chunk } from '../../../support/apng.ts';
import { caseOf, casesFolder, NUMBERS, pngOf, quartersOf } from '../../../support/colours.ts';
import { decoded, one, rendered } from '../../../support/developing.ts';
import { type GifFrame, gif as drawnGif } from '../../../support/gifs.ts';
import { expectNear } from '../../../support/pixels.ts';

const png = one('widths: [64], formats: { png: {} }');

async function cornerOf(file: Buffer): Promise<number[]> {
  const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray(-4)];
}

/** The first colour in a rectangle for each frame. */
const gif = (...places: GifFrame['place'][]) => drawnGif(places.map(place => ({ place })));

describe('what a first frame does not cover', () => {
  const small = () => gif([0, 0, 40, 30], [0, 0, 64, 48]);

  it('is transparent in a GIF, trailer or not', async () => {
    for (const file of [small(), small().subarray(0, -1), gif([0, 0, 40, 30])]) {
      const output = await rendered(file, png);
      expect((await sharp(output).metadata()).channels).toBe(4);
      expect(await cornerOf(output)).toEqual([0, 0, 0, 0]);
      expectNear((await quartersOf(output))[0] ?? [], [200, 60, 40], 2);
    }
  });

  it('has the preset’s background in a JPEG', async () => {
    const list = one("widths: [64], background: '#00ff00', formats: { jpeg: { quality: 95 } }");
    expectNear((await quartersOf(await rendered(small(), list)))[3] ?? [], [0, 255, 0], 8);
  });

  it('is transparent in an animation, which has no frame more for it', async () => {
    const list = one('widths: [64], formats: { webp: { animated: true } }');
    const output = await rendered(small(), list);
    expect(await sharp(output).metadata()).toMatchObject({ pages: 2, delay: [100, 100] });
    expect(await cornerOf(await sharp(output).png().toBuffer())).toEqual([0, 0, 0, 0]);
  });

  it('is nothing where it covers all', async () => {
    const { picture, raster } = await decoded(gif([0, 0, 64, 48], [0, 0, 9, 9]), png);
    expect([picture.alpha, raster.channels]).toEqual([false, 3]);
  });
});

/** The chunks of a PNG as a frame behind a default image that is none, at this place. */
function hidden(frame: Buffer, canvas: Buffer, [left, top]: [number, number]): Buffer {
  const control = Buffer.alloc(26);
  frame.copy(control, 4, 16, 24);
  control.writeUInt32BE(left, 12);
  control.writeUInt32BE(top, 16);
  const pixels = frame.subarray(frame.indexOf('IDAT') + 4, frame.length - 16);
  const animation = chunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]));
  const end = canvas.length - 12;
  return Buffer.concat([
    canvas.subarray(0, 33),
    animation,
    canvas.subarray(33, end),
    chunk('fcTL', control),
    chunk('fdAT', Buffer.concat([Buffer.from([0, 0, 0, 1]), pixels])),
    canvas.subarray(end),
  ]);
}

describe('an APNG whose default image is none of its frames', () => {
  const black = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#000000' } })
      .png()
      .toBuffer();

  it('is shown by its first frame, in any depth', async () => {
    const output = await rendered(hidden(pngOf([]), await black(64, 48), [0, 0]), png);
    expect(await quartersOf(output)).toEqual(NUMBERS);
    const deep = pngOf([], { deep: true });
    const blackAndDeep = await sharp(await black(64, 48))
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect(await quartersOf(await rendered(hidden(deep, blackAndDeep, [0, 0]), png))).toEqual(
      NUMBERS,
    );
  });

  it('is transparent where that frame leaves the canvas', async () => {
    const file = hidden(pngOf([]), await black(128, 96), [0, 0]);
    const output = await rendered(file, one('widths: [128], formats: { png: {} }'));
    expect(await sharp(output).metadata()).toMatchObject({ width: 128, height: 96, channels: 4 });
    expect(await cornerOf(output)).toEqual([0, 0, 0, 0]);
    expectNear((await quartersOf(output))[0] ?? [], NUMBERS[3], 2);
  });

  it('is shown by its default image where its frame lies beyond the canvas', async () => {
    const output = await rendered(hidden(pngOf([]), await black(64, 48), [1, 0]), png);
    expect((await quartersOf(output))[0]).toEqual([0, 0, 0]);
  });
});

const suite = casesFolder
  ? 'the drawn cases'
  : 'drawn cases: neither DARKROOM_CASES nor ../shared/cases/rendering is there';

describe.runIf(casesFolder)(suite, () => {
  it('gif-first-small.gif', async () => {
    const output = await rendered(caseOf('gif-first-small.gif'), png);
    expect(await cornerOf(output)).toEqual([0, 0, 0, 0]);
  });

  it('apng-default.png', async () => {
    const [topLeft = []] = await quartersOf(await rendered(caseOf('apng-default.png'), png));
    expect(topLeft[0]).toBeGreaterThan(190);
  });

  it('heic-exif6-noirot.heic is turned', async () => {
    const { picture, raster } = await decoded(caseOf('heic-exif6-noirot.heic'), png);
    expect(picture).toMatchObject({ width: 192, height: 256 });
    expect(raster).toMatchObject({ width: 192, height: 256 });
  });
});

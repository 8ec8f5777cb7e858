import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { glyphsOf } from '../../../../shared/adapters/fontkit/glyphs.ts';
import { markInspection } from '../../../../shared/adapters/sharp/mark-files.ts';
import { gif } from '../../../support/gifs.ts';
import { accepted, arabic, chinese, drawn, listWith, logo } from '../../../support/marks.ts';
import { lightOf, ultraHdr } from '../../../support/originals.ts';
import { expectNear, GREEN, pixel } from '../../../support/pixels.ts';

const LOGO = 'marks/logo.png';
const grey = (width = 400, height = 200, background = '#808080') =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

async function only(original: Buffer, yaml: string, files: Record<string, Buffer>, texts = {}) {
  const [first] = await drawn(original, yaml, files, texts);
  return first!.file;
}

/** Where a file differs from grey: left, top, right and bottom, in pixels. */
async function boxOf(file: Buffer): Promise<number[]> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const box = [info.width, info.height, 0, 0];
  for (let at = 0; at < data.length; at += 3) {
    const isGrey = data.subarray(at, at + 3).every(value => Math.abs(value - 128) < 8);
    if (isGrey) continue;
    const [x, y] = [(at / 3) % info.width, Math.floor(at / 3 / info.width)];
    box[0] = Math.min(box[0]!, x);
    box[1] = Math.min(box[1]!, y);
    box[2] = Math.max(box[2]!, x + 1);
    box[3] = Math.max(box[3]!, y + 1);
  }
  return box;
}

describe('a logo', () => {
  it.each([
    ['size: 10', [352, 172, 392, 192]],
    ['size: 10, gravity: northwest', [8, 8, 48, 28]],
    ['size: 10, gravity: centre', [180, 90, 220, 110]],
    ['size: 10, gravity: north, offset: 0', [180, 0, 220, 20]],
    ['size: 10, least: 60, gravity: northwest, offset: 0', [0, 0, 60, 30]],
    ['size: 50, most: 20, gravity: northwest, offset: 0', [0, 0, 20, 10]],
    ['size: 100, gravity: northwest, offset: 0', [0, 0, 100, 50]],
  ])('of %s is at %j', async (mark, box) => {
    const file = await only(await grey(), listWith(`{ image: ${LOGO}, ${mark} }`), {
      [LOGO]: await logo(),
    });
    expect(await boxOf(file)).toEqual(box);
  });

  it('has the colour that it has, as opaque as the list says', async () => {
    const [whole, half] = await Promise.all(
      ['', ', opacity: 50'].map(async more =>
        only(await grey(), listWith(`{ image: ${LOGO}, size: 20, gravity: centre${more} }`), {
          [LOGO]: await logo(),
        }),
      ),
    );
    expect(await pixel(whole!, 0.5, 0.5)).toEqual(GREEN);
    expectNear(await pixel(half!, 0.5, 0.5), [64, 192, 64], 1);
  });

  it('is sharp at each width, and left out of those below `from`', async () => {
    const files = await drawn(
      await grey(800, 400),
      listWith(
        `{ image: ${LOGO}, size: 10, gravity: northwest, offset: 0, from: 300 }`,
        'widths: [200, 400, 800], formats: { png: {} }',
      ),
      { [LOGO]: await logo() },
    );
    const boxes = await Promise.all(files.map(({ file }) => boxOf(file)));
    expect(boxes).toEqual([
      [200, 100, 0, 0],
      [0, 0, 40, 20],
      [0, 0, 80, 40],
    ]);
  });

  it('is tiled all over the picture', async () => {
    const file = await only(
      await grey(),
      listWith(`{ image: ${LOGO}, size: 10, tile: { gap: 10 } }`),
      { [LOGO]: await logo() },
    );
    expect(await boxOf(file)).toEqual([0, 0, 400, 200]);
    expect(await pixel(file, 0.05, 0.05)).toEqual(GREEN);
    expect(await pixel(file, 0.15, 0.05)).toEqual([128, 128, 128]);
  });

  it('is turned by the angle of its tiles', async () => {
    const mark = (angle: number) =>
      listWith(`{ image: ${LOGO}, size: 20, tile: { angle: ${angle}, gap: 100 } }`);
    const [flat, turned] = await Promise.all(
      [0, 90].map(async angle =>
        boxOf(await only(await grey(400, 100), mark(angle), { [LOGO]: await logo() })),
      ),
    );
    expect(flat).toEqual([0, 0, 80, 40]);
    expect(turned).toEqual([0, 0, 40, 80]);
  });

  it('has a shadow that is not where the picture is clear of it', async () => {
    const file = await only(
      await grey(),
      listWith(`{ image: ${LOGO}, size: 20, gravity: centre, shadow: '#000000' }`),
      { [LOGO]: await logo() },
    );
    const [left, top, right, bottom] = await boxOf(file);
    expect(right! - left!).toBeGreaterThan(80);
    expect(bottom! - top!).toBeGreaterThan(40);
    expect(right! - left!).toBeLessThan(100);
    expect(await pixel(file, 0.5, 0.5)).toEqual(GREEN);
  });

  it('is over transparent parts what it is', async () => {
    const clear = await sharp({
      create: { width: 400, height: 200, channels: 4, background: '#00000000' },
    })
      .png()
      .toBuffer();
    const file = await only(
      clear,
      listWith(`{ image: ${LOGO}, size: 20, gravity: centre, opacity: 50 }`),
      { [LOGO]: await logo() },
    );
    const { data } = await sharp(file)
      .extract({ left: 200, top: 100, width: 1, height: 1 })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([...data]).toEqual([0, 255, 0, 128]);
  });

  it('has the colour of sRGB in a picture that stays in Display P3', async () => {
    const wide = await sharp({
      create: { width: 400, height: 200, channels: 3, background: '#808080' },
    })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const file = await only(
      wide,
      listWith(
        `{ image: ${LOGO}, size: 20, gravity: centre }`,
        'colour: p3, widths: [400], formats: { png: {} }',
      ),
      {
        [LOGO]: await logo('#e04020'),
      },
    );
    const { icc } = await sharp(file).metadata();
    expect(icc).toBeDefined();
    const shown = await sharp(file).toColourspace('srgb').png().toBuffer();
    expectNear(await pixel(shown, 0.5, 0.5), [0xe0, 0x40, 0x20], 3);
    const raw = await sharp(file, { ignoreIcc: true }).png().toBuffer();
    expect((await pixel(raw, 0.5, 0.5))[0]).toBeLessThan(0xd8);
  });

  it('is on each frame of an animation, which keeps its times', async () => {
    const animation = gif([
      { place: [0, 0, 64, 48], colour: 0 },
      { place: [0, 0, 64, 48], colour: 1 },
      { place: [0, 0, 64, 48], colour: 2 },
    ]);
    const preset = 'widths: [64], formats: { webp: { animated: true, quality: 100 } }';
    const file = await only(
      animation,
      listWith(`{ image: ${LOGO}, size: 50, gravity: centre }`, preset),
      { [LOGO]: await logo() },
    );
    const [marked, before] = await Promise.all(
      [file, animation].map(one => sharp(one, { animated: true }).metadata()),
    );
    expect(marked!.pages).toBe(3);
    expect(marked!.delay).toEqual(before!.delay);
    for (const page of [0, 1, 2]) {
      const frame = await sharp(file, { page }).png().toBuffer();
      expectNear(await pixel(frame, 0.5, 0.5), GREEN, 40);
    }
  });

  it('shines no more than white where a gain map makes the picture shine', async () => {
    const preset = 'widths: [128], hdr: keep, formats: { jpeg: { quality: 100, chroma: "4:4:4" } }';
    const mark = `{ image: ${LOGO}, size: 60, gravity: centre, offset: 0 }`;
    const file = await only(await ultraHdr(), listWith(mark, preset), {
      [LOGO]: await logo('#ffffff', 200),
    });
    // The middle of each quarter is a part of the logo at three tenths of the width.
    const light = await lightOf(file);
    const brightest = Math.max(...light[2]!);
    expect(brightest).toBeGreaterThan(0.2);
    const whole = await only(
      await ultraHdr(),
      listWith(
        `{ image: ${LOGO}, size: 100, gravity: centre, offset: 0, tile: { gap: 1 } }`,
        preset,
      ),
      { [LOGO]: await logo('#ffffff', 200) },
    );
    for (const quarter of await lightOf(whole)) expect(Math.max(...quarter)).toBeLessThan(1.15);
  });
});

describe('a text', () => {
  const ZH = 'fonts/zh.ttf';
  const mark = (more: string) => listWith(`{ font: ${ZH}, size: 10, gravity: centre, ${more} }`);

  it('says what was said of this original, in the colour of the list', async () => {
    const file = await only(
      await grey(),
      mark(`text: '@{user}', colour: '#ff0000'`),
      { [ZH]: chinese() },
      { user: '张三' },
    );
    const [left, top, right, bottom] = await boxOf(file);
    expect((right! - left!) / (bottom! - top!)).toBeGreaterThan(2);
    const { data } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const reds = Array.from({ length: data.length / 3 }, (_, at) =>
      data.subarray(3 * at, 3 * at + 3),
    );
    expect(reds.some(([r, g, b]) => r! > 250 && g! < 5 && b! < 5)).toBe(true);
  });

  it('is another for another, and none where nothing was said', async () => {
    const files = [{ user: 'A' }, { user: 'BBBB' }, {}].map(async said =>
      boxOf(await only(await grey(), mark("text: '{user}'"), { [ZH]: chinese() }, said)),
    );
    const [short, long, none] = await Promise.all(files);
    expect(long![2]! - long![0]!).toBeGreaterThan(1.5 * (short![2]! - short![0]!));
    expect(none).toEqual([400, 200, 0, 0]);
  });

  it('is text and no markup, whatever it says', async () => {
    const said = { user: '<b>&amp;"\'</b>' };
    const file = await only(await grey(), mark("text: '{user}'"), { [ZH]: chinese() }, said);
    const [left, , right] = await boxOf(file);
    expect(right! - left!).toBeGreaterThan(80);
  });

  it('is made smaller where it would be wider than the picture', async () => {
    const file = await only(
      await grey(),
      mark("text: '{user}', offset: 5"),
      { [ZH]: chinese() },
      { user: 'W'.repeat(64) },
    );
    const [left, , right] = await boxOf(file);
    expect(left).toBeGreaterThanOrEqual(19);
    expect(right).toBeLessThanOrEqual(381);
    expect(right! - left!).toBeGreaterThan(300);
  });

  it.each([400, 4000])(
    'of 64 characters as high as a picture of %i pixels is drawn all the same',
    async width => {
      const file = await only(
        await grey(width, width / 2),
        listWith(
          `{ font: ${ZH}, size: 100, text: '{user}' }`,
          `widths: [${width}], formats: { png: {} }`,
        ),
        { [ZH]: chinese() },
        { user: 'W'.repeat(64) },
      );
      const [left, , right] = await boxOf(file);
      expect(left).toBeGreaterThanOrEqual(0.015 * width);
      expect((right! - left!) / width).toBeGreaterThan(0.85);
    },
  );

  it.each([
    ['a joiner', '\u200d'],
    ['a selector', '\ufe0f'],
    ['a mark of direction', '\u200e'],
    ['spaces', '\u00a0\u3000'],
    ['a glyph without ink', '\u061c'],
  ])('that is nothing but %s leaves the picture as it is', async (_, user) => {
    const files = { [ZH]: chinese(), 'fonts/ar.ttf': arabic() };
    const both = mark("text: '{user}', fallback: [fonts/ar.ttf]");
    const file = await only(await grey(), both, files, { user });
    expect(await boxOf(file)).toEqual([400, 200, 0, 0]);
  });

  it('is drawn by its fallback where its font has no such character', async () => {
    const files = { [ZH]: chinese(), 'fonts/ar.ttf': arabic() };
    const original = await grey();
    const [bare, both] = await Promise.all(
      ['', ', fallback: [fonts/ar.ttf]'].map(more =>
        drawn(original, mark(`text: '张مرحبا'${more}`), files),
      ),
    );
    expect(bare![0]!.variant.unshown).toEqual(['U+0645', 'U+0631', 'U+062D', 'U+0628', 'U+0627']);
    expect(both![0]!.variant.unshown).toBeUndefined();
  });
});

describe('a file that a list would draw with', () => {
  const inspect = markInspection(glyphsOf);
  const image = { kind: 'image', path: LOGO } as const;
  const font = { kind: 'font', path: 'fonts/x.ttf' } as const;

  it.each([
    ['a PNG', image, () => logo()],
    ['a font', font, async () => arabic()],
  ])('may be %s', async (_, file, bytes) => {
    await expect(inspect(file, await bytes())).resolves.toBeUndefined();
  });

  it.each([
    [
      'an SVG',
      image,
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      /SVG|known picture format/,
    ],
    [
      'a GIF',
      image,
      async () => gif([{ place: [0, 0, 64, 48] }]),
      'expected a PNG, WebP or JPEG, received gif',
    ],
    [
      'a PNG that was cut off',
      image,
      async () => (await grey(600, 600, '#123456')).subarray(0, 900),
      'expected a whole png',
    ],
    [
      'a PNG of too many pixels',
      image,
      () => grey(4097, 8),
      'expected at most 4096 pixels a side, received 4097x8',
    ],
    ['a picture', font, () => logo(), 'expected a font with a table of its characters'],
    [
      'a font that was cut off',
      font,
      async () => arabic().subarray(0, 60_000),
      /expected a (TrueType|font)/,
    ],
  ])('may not be %s', async (_, file, bytes, sentence) => {
    await expect(inspect(file, await bytes())).rejects.toMatchObject({
      code: 'PRESETS_INVALID',
      message: expect.stringMatching(sentence),
    });
  });
});

it('the hash of a file is what a list means, whatever its path is', async () => {
  const files = {
    [LOGO]: await logo(),
    'marks/same.png': await logo(),
    'marks/other.png': await logo('#ff0000'),
  };
  const prints = Object.keys(files).map(async path => {
    const [{ variant } = { variant: undefined }] = await drawn(
      await grey(),
      listWith(`{ image: ${path}, size: 10 }`),
      files,
    );
    return variant!.fingerprint;
  });
  const [first, same, other] = await Promise.all(prints);
  expect(same).toBe(first);
  expect(other).not.toBe(first);
  expect(
    (await accepted(listWith(`{ image: ${LOGO}, size: 10 }`), files)).list.presets[0]
      ?.watermark?.[0]?.sha256,
  ).toHaveLength(1);
});

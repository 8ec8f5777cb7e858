import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { toldBy } from '../../../../shared/core/picture/colour-told.ts';
import { isSrgbProfile } from '../../../../shared/core/picture/icc.ts';
import { unsaidAvif } from '../../../support/avifs.ts';
import { codec } from '../../../support/codec.ts';
import {
  caseOf,
  casesFolder,
  chromaticities,
  cicp,
  type Colours,
  floatTiff,
  gamma,
  NUMBERS,
  pngOf,
  profile,
  profileNamed,
  quartersOf,
  srgb,
  withNclx,
} from '../../../support/colours.ts';
import { one, rendered } from '../../../support/developing.ts';
import { expectNear } from '../../../support/pixels.ts';

/** Right values: headless Chromium's canvas in sRGB, of these very files. */

const png = one('widths: [64], formats: { png: {} }');
const wide = one('widths: [64], colour: p3, formats: { png: {} }');
const grey = (...values: number[]) => values.map(value => [value, value, value]);

const P3 = [
  [217, 43, 23],
  [0, 164, 68],
  [37, 81, 196],
  [225, 200, 65],
];
const BT2020 = [
  [247, 0, 23],
  [0, 168, 65],
  [0, 81, 198],
  [236, 198, 59],
];
const LINEAR = [
  [229, 133, 110],
  [133, 208, 152],
  [122, 152, 224],
  [239, 229, 160],
];
const PQ = [
  [255, 0, 0],
  [0, 225, 0],
  [0, 17, 255],
  [255, 174, 0],
];
const HLG = [
  [230, 0, 8],
  [0, 139, 50],
  [0, 59, 162],
  [246, 180, 24],
];
const ADOBE_RGB = [0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06];

async function expectShown(file: Buffer, expected: number[][]): Promise<void> {
  const shown = await quartersOf(await rendered(file, png));
  for (const [at, quarter] of shown.entries()) expectNear(quarter, expected[at] ?? [], 8);
}

/**
 * No box says anything of their colour. The AVIF is sharp's own of greys 200, 61, 50 and 220, in which color_range of the
 * sequence header was turned to limited (AV1, 5.5.2); the HEIC is heif-enc's of the quarters (1.15.1, quality 90, 4:4:4).
 */
const UNSAID = {
  avif: [
    'AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA',
    'AAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAAHMAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAAB',
    'AABhdjAxAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAAEAAAA',
    'AwAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAB7bWRhdBIACgk4FX+9pAQ0GkAyZBJCQ0qA',
    'QQQfIAAA2ypnJM0OpVjMD7VJB/I+GdttORwNsVhuxj77tlUzI3CzXx78t8awIkwLcGAA0TXIZQ2UyOwYoAZpGTo5QA',
    '96wfkzDjlXuVCmSisz8gX3HiKiuiCJYiaqWoA=',
  ],
  heic: [
    'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAA',
    'AAAAAAAAAAAA5waXRtAAAAAAACAAAAEGlkYXQAAAAAAEAAMAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHSAAEAAAAA',
    'AAABDwACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQ',
    'IAAAAAAgAAZ3JpZAAAAADZaXBycAAAALdpcGNvAAAAd2h2Y0MBBAgAAAAAAAAAAAAe8AD8//j4AAAPAyAAAQAXQAEM',
    'Af//BAgAAAMAnjgAAAMAAB66AkAhAAEAKkIBAQQIAAADAJ44AAADAAAekAQQILLdXJTXNwICBgQAAAMABAAAAwAEIC',
    'IAAQAIRAHBcxgwCJAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABRpc3BlAAAAAAAAAEAAAAAwAAAAEHBpeGkAAAAAAwgI',
    'CAAAABppcG1hAAAAAAAAAAIAAQKBAgACAgOEAAAAGmlyZWYAAAAAAAAADmRpbWcAAgABAAEAAAEXbWRhdAAAAQsoAa',
    '8GOPCXve235+N///bzHofx0Kifs6lp1XkTK+/EdX/++0wkIkr585DwCQogmCjmRJqbxU2P3jvc/brUQEha1DcB4qcQ',
    '9EBeY19jLU4OQuPzfN+XP9hHeS5RG02A//Z0GVuMHHPD+rgf/msVjwtVSnzjW/7K9d7jV1r+r4Vp+fWmW25Vvmsg0E',
    '0QwSo92a5byDzVZMrT4TOoAAK1SxPOBPVYv7YKlOwhgAEC41OMHwQfhShu41uU4XKAAY3W1Eax1Sk0wzJb8C8AArVL',
    'E84E9Vi/tgqU7IihB4Q92mFTUoZFpGTFE/wi/UkAeyrDjlzUff+9n5z/jjJGTnP+Sr9TJJY+r8mdA3Nr5GA=',
  ],
};

describe('a file of which no box says its colour', () => {
  it.each<[string, string[], number[][]]>([
    ['an AVIF in limited range', UNSAID.avif, grey(214, 52, 40, 238)],
    ['a HEIC', UNSAID.heic, NUMBERS],
  ])('is sRGB, in the range of the coded picture: %s', async (_, lines, expected) => {
    await expectShown(Buffer.from(lines.join(''), 'base64'), expected);
  });

  it.each(['grey', 'greyIn10Bits', 'greyInTiles'] as const)(
    'is expanded from the limited range that the coded picture says: %s',
    async name => {
      await expectShown(unsaidAvif(name), grey(64, 192, 64, 192));
    },
  );

  it('has the primaries that the coded picture says', async () => {
    await expectShown(unsaidAvif('displayP3'), P3);
    expect((await codec.inspect(unsaidAvif('displayP3'), wide)).profile).toBe('p3');
  });

  it('has those of its profile before them', async () => {
    const avif = await sharp(pngOf([])).withIccProfile('p3').avif({ quality: 98 }).toBuffer();
    expect(toldBy(avif, 'avif')).toMatchObject({ coded: { primaries: 1 } });
    expect((await codec.inspect(avif, wide)).profile).toBe('p3');
  });
});

describe('what a JPEG says of its colour', () => {
  it('is RGB by Adobe’s marker, where no JFIF says otherwise', async () => {
    // Samples near grey: as YCbCr they are in gamut, too.
    const samples = [
      [150, 120, 140],
      [120, 140, 110],
      [100, 130, 120],
      [180, 120, 130],
    ] satisfies Colours;
    const numbers = samples.map(rgbOf) as Colours;
    const jpeg = await sharp(pngOf([], { numbers }))
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer();
    // sharp writes no JFIF, which would go before.
    expect(jpeg.readUInt16BE(2)).not.toBe(0xffe0);
    const adobe = Buffer.from('ffee000e41646f626500640000000000', 'hex');
    const file = Buffer.concat([jpeg.subarray(0, 2), adobe, jpeg.subarray(2)]);
    await expectShown(file, samples);
  });
});

/** (JFIF 1.02) */
function rgbOf([y = 0, cb = 0, cr = 0]: number[]): number[] {
  const [blue, red] = [cb - 128, cr - 128];
  return [y + 1.402 * red, y - 0.344_136 * blue - 0.714_136 * red, y + 1.772 * blue].map(
    Math.round,
  );
}

describe('what a PNG says of its colour', () => {
  it.each<[string, Buffer[], number[][]]>([
    ['nothing is sRGB', [], NUMBERS],
    ['Display P3 by CICP', [cicp(12, 13)], P3],
    ['BT.2020 by CICP', [cicp(9, 13)], BT2020],
    ['PQ is tone-mapped', [cicp(9, 16)], PQ],
    ['HLG is tone-mapped', [cicp(9, 18)], HLG],
    ['linear light by CICP', [cicp(1, 8)], LINEAR],
    ['linear light by gAMA', [gamma(1)], LINEAR],
    [
      'Adobe RGB by gAMA and cHRM',
      [gamma(0.4547), chromaticities(...ADOBE_RGB)],
      [
        [231, 57, 34],
        [0, 161, 73],
        [21, 79, 195],
        [228, 201, 80],
      ],
    ],
    ['cHRM alone is nothing', [chromaticities(...ADOBE_RGB)], NUMBERS],
    ['sRGB goes before gAMA', [srgb(), gamma(1)], NUMBERS],
    ['CICP goes before sRGB', [cicp(12, 13), srgb()], P3],
    ['CICP of which one half is unspecified is none', [cicp(12, 2), gamma(1)], LINEAR],
    ['a gamma of 0 is none', [gamma(0)], NUMBERS],
    ['primaries in one point are none', [gamma(1), chromaticities(...Array(8).fill(0.3))], LINEAR],
  ])('%s', async (_, chunks, expected) => {
    await expectShown(pngOf(chunks), expected);
    await expectShown(pngOf(chunks, { deep: true }), expected);
  });

  it('CICP goes before a profile, which goes before gAMA', async () => {
    const p3 = profile(await profileNamed('p3'));
    await expectShown(pngOf([cicp(1, 13), p3]), NUMBERS);
    await expectShown(pngOf([cicp(2, 2), p3]), P3);
    await expectShown(pngOf([gamma(1), p3]), P3);
  });

  it('a profile of sRGB changes no number', async () => {
    const icc = await profileNamed('srgb');
    for (const deep of [false, true]) {
      const output = await rendered(pngOf([profile(icc)], { deep }), png);
      expect(await quartersOf(output)).toEqual(NUMBERS);
    }
    expect(isSrgbProfile(icc)).toBe(true);
    expect(isSrgbProfile(await profileNamed('p3'))).toBe(false);
    expect(isSrgbProfile(withPrimaries(icc, ADOBE_RGB_XYZ))).toBe(false);
  });

  it('is of grey too', async () => {
    const expected = grey(229, 133, 122, 239);
    await expectShown(pngOf([gamma(1)], { channels: 1 }), expected);
    await expectShown(pngOf([cicp(1, 8)], { channels: 1, deep: true }), expected);
  });

  it('limited range is expanded', async () => {
    const numbers = grey(16, 235, 126, 71) as typeof NUMBERS;
    await expectShown(pngOf([cicp(1, 13, 0)], { numbers }), grey(0, 255, 128, 64));
  });

  it('a profile of another colour space than the pixels is ignored', async () => {
    const p3 = await profileNamed('p3');
    const ofLab = Buffer.from(p3);
    ofLab.write('Lab ', 16, 'latin1');
    const ofLink = Buffer.from(p3);
    ofLink.write('link', 12, 'latin1');
    for (const icc of [ofLab, ofLink]) {
      const jpeg = await sharp(pngOf([]))
        .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
        .toBuffer();
      await expectShown(withProfile(jpeg, icc), NUMBERS);
      await expectShown(pngOf([profile(icc)], { deep: true }), NUMBERS);
    }
  });
});

/** Columns of Adobe RGB (1998), annex B, adapted to D50. */
const ADOBE_RGB_XYZ = {
  rXYZ: [0.609_74, 0.311_11, 0.019_47],
  gXYZ: [0.205_28, 0.625_67, 0.060_87],
  bXYZ: [0.149_19, 0.063_22, 0.744_57],
};

/** The same curves, other primaries. */
function withPrimaries(icc: Buffer, primaries: typeof ADOBE_RGB_XYZ): Buffer {
  const changed = Buffer.from(icc);
  for (const [tag, values] of Object.entries(primaries)) {
    const data = icc.readUInt32BE(icc.indexOf(tag, 132) + 4) + 8;
    for (const [axis, value] of values.entries())
      changed.writeInt32BE(Math.round(value * 65_536), data + axis * 4);
  }
  return changed;
}

it('a profile of RGB in a CMYK JPEG is ignored', async () => {
  const cmyk = await sharp(pngOf([])).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
  const shown = await quartersOf(await rendered(cmyk, png));
  await expectShown(withProfile(cmyk, await profileNamed('p3')), shown);
});

function withProfile(jpeg: Buffer, icc: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), icc]);
  const head = Buffer.from([0xff, 0xe2, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

describe('what an AVIF says of its colour', () => {
  it.each<[string, number, number, number[][]]>([
    ['Display P3', 12, 13, P3],
    ['Display P3 in video’s curve', 12, 1, P3],
    ['BT.2020 in video’s curve', 9, 14, BT2020],
    ['sRGB in video’s curve', 1, 1, NUMBERS],
    ['linear light', 1, 8, LINEAR],
    ['PQ', 9, 16, PQ],
    ['HLG', 9, 18, HLG],
    ['nothing', 2, 2, NUMBERS],
  ])('%s', async (_, primaries, transfer, expected) => {
    for (const bitdepth of [8, 10] as const) {
      const avif = await sharp(pngOf([], { deep: true }))
        .avif({ quality: 98, chromaSubsampling: '4:4:4', bitdepth })
        .toBuffer();
      await expectShown(withNclx(avif, primaries, transfer), expected);
    }
  });
});

describe('what a TIFF of floats says of its colour', () => {
  it('is no linear light by itself', async () => {
    await expectShown(floatTiff(3), NUMBERS);
    await expectShown(floatTiff(1), grey(200, 60, 50, 220));
  });

  it('is its profile', async () => {
    await expectShown(floatTiff(3, await profileNamed('p3')), P3);
  });
});

describe('wide colour', () => {
  it('is kept as Display P3, whoever said that it is wide', async () => {
    const p3 = await profileNamed('p3');
    for (const said of [cicp(12, 13), profile(p3)]) {
      const file = pngOf([said]);
      expect((await codec.inspect(file, wide)).profile).toBe('p3');
      const output = await rendered(file, wide);
      expect((await sharp(output).metadata()).icc).toEqual(p3);
      for (const [at, quarter] of (await quartersOf(output)).entries())
        expectNear(quarter, NUMBERS[at] ?? [], 3);
    }
  });

  it('of other primaries is turned into Display P3', async () => {
    const file = pngOf([cicp(9, 13)]);
    const output = await rendered(file, wide);
    const shown = await sharp(output).toColourspace('srgb').png().toBuffer();
    for (const [at, quarter] of (await quartersOf(shown)).entries())
      expectNear(quarter, BT2020[at] ?? [], 8);
    expectNear((await quartersOf(output))[1] ?? [], [0, 166, 76], 8);
  });

  it('is kept of a profile of other primaries, and is right in sRGB', async () => {
    const adobe = profile(withPrimaries(await profileNamed('p3'), ADOBE_RGB_XYZ));
    const shown = [
      [230, 60, 39],
      [0, 160, 74],
      [30, 80, 193],
      [227, 200, 81],
    ];
    for (const deep of [false, true]) {
      const file = pngOf([adobe], { deep });
      await expectShown(file, shown);
      const kept = await sharp(await rendered(file, wide))
        .toColourspace('srgb')
        .png()
        .toBuffer();
      for (const [at, quarter] of (await quartersOf(kept)).entries())
        expectNear(quarter, shown[at] ?? [], 8);
      expectNear((await quartersOf(await rendered(file, wide)))[1] ?? [], [9, 157, 83], 8);
    }
  });

  it('keeps its transparency, whoever converts it', async () => {
    for (const said of [cicp(12, 13), cicp(9, 16)]) {
      for (const list of [png, wide]) {
        const half = await sharp(pngOf([])).ensureAlpha(0.5).png().toBuffer();
        const file = Buffer.concat([half.subarray(0, 33), said, half.subarray(33)]);
        const { data, info } = await sharp(await rendered(file, list))
          .raw()
          .toBuffer({ resolveWithObject: true });
        expect([info.channels, data[3]]).toEqual([4, 127]);
      }
    }
  });

  it.each([
    ['png', 'contain'],
    ['jpeg', 'contain'],
  ])('has the list’s background in its own numbers: %s', async (format, fit) => {
    const preset = `widths: [64], aspect: '1:1', fit: ${fit}, background: '#ff0000', colour: p3, formats: { ${format}: {} }`;
    const output = await rendered(pngOf([cicp(12, 13)]), one(preset));
    const { data } = await sharp(output, { ignoreIcc: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expectNear([...data.subarray(0, 3)], [234, 51, 35], 8);
  });
});

const suite = casesFolder
  ? 'the drawn cases'
  : 'drawn cases: neither DARKROOM_CASES nor ../shared/cases/rendering is there';

describe.runIf(casesFolder)(suite, () => {
  it.each<[string, number[][]]>([
    ['avif-nclx-p3.avif', P3],
    ['png-cicp-p3.png', P3],
    ['avif-nclx-pq.avif', PQ],
    ['png-cicp-hlg.png', HLG],
    ['png-gama-linear.png', LINEAR],
    ['avif-mono-limited.avif', grey(200, 61, 50, 220)],
    ['avif-mono-full.avif', grey(200, 61, 50, 220)],
    ['grey-ps_gray.png', grey(229, 133, 122, 239)],
    ['grey16-psgray.png', grey(229, 133, 122, 239)],
    ['jpg-icc-lab.jpg', NUMBERS],
    ['tif-rgbfloat.tif', NUMBERS],
  ])('%s', async (name, expected) => {
    await expectShown(caseOf(name), expected);
  });

  it.each<[number, number, number[][]]>([
    [12, 13, P3],
    [1, 8, LINEAR],
    [9, 16, PQ],
    [9, 18, HLG],
  ])('a HEIC of CICP %i/%i', async (primaries, transfer, expected) => {
    // EXIF turns it by a quarter.
    const turned = [2, 0, 3, 1].map(at => expected[at] ?? []);
    await expectShown(withNclx(caseOf('heic-exif6-noirot.heic'), primaries, transfer), turned);
  });

  it('p3-8.png has the list’s background in its own numbers', async () => {
    const preset = "widths: [64], aspect: '1:1', fit: contain, background: '#ff0000', colour: p3";
    const output = await rendered(caseOf('p3-8.png'), one(`${preset}, formats: { png: {} }`));
    const { data } = await sharp(output, { ignoreIcc: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    expectNear([...data.subarray(0, 3)], [234, 51, 35], 8);
  });

  it('apng16-p3.png, each frame', async () => {
    const list = one('widths: [64], formats: { webp: { animated: true, quality: 100 } }');
    const output = await rendered(caseOf('apng16-p3.png'), list);
    expectNear((await quartersOf(output))[0] ?? [], P3[0] ?? [], 8);
  });
});

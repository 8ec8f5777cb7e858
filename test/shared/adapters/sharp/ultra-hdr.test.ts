import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { codec } from '../../../support/codec.ts';
import { caseOf, casesFolder, quartersOf } from '../../../support/colours.ts';
import { one, plain, rendered, variantsFor } from '../../../support/developing.ts';
import { lightOf, ultraHdr } from '../../../support/originals.ts';
import { photosFolder } from '../../../support/photos.ts';
import { expectNear } from '../../../support/pixels.ts';

const BASE = [
  [200, 60, 40],
  [60, 160, 80],
  [50, 80, 190],
  [112, 112, 112],
];
/** The brightest channel of each quarter, in linear light: 0.58, 0.35, 0.51 and 0.16 times 1, 1.34, 4 and 1.08. */
const LIGHT = [0.58, 0.47, 2.06, 0.17];

const kept = (preset = 'widths: [64]', format = 'jpeg: { quality: 95 }') =>
  one(`${preset}, hdr: keep, formats: { ${format} }`);

/** Whatever part of the picture is there: each place has the light that belongs to its colour. */
async function expectLight(file: Buffer): Promise<void> {
  const [light, shown] = await Promise.all([lightOf(file), quartersOf(file)]);
  for (const [at, colour] of shown.entries()) {
    const distances = BASE.map(one => Math.hypot(...one.map((value, i) => value - colour[i]!)));
    const quarter = distances.indexOf(Math.min(...distances));
    const ratio = Math.max(...(light[at] ?? [])) / (LIGHT[quarter] ?? 0);
    expect(Math.abs(ratio - 1), `${light[at]} at ${colour}`).toBeLessThan(0.15);
  }
}

describe('Ultra HDR', () => {
  it('as it is drawn here is brighter than its base, each quarter in its own way', async () => {
    await expectLight(await ultraHdr());
  });

  it('is seen, and shown as its base without the gain map', async () => {
    const file = await ultraHdr();
    expect(await codec.inspect(file, plain)).toMatchObject({ hdr: true, width: 128, height: 96 });
    const output = await rendered(file);
    expect((await sharp(output).metadata()).gainMap).toBeUndefined();
    for (const [at, quarter] of (await quartersOf(output)).entries())
      expectNear(quarter, BASE[at] ?? [], 12);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'keeps its gain map in jpeg where the list says so, turned by %i as the picture is',
    async orientation => {
      const file = await ultraHdr({}, orientation);
      const output = await rendered(file, kept());
      const { gainMap, width, height, orientation: left } = await sharp(output).metadata();
      expect([gainMap !== undefined, width, height, left]).toEqual([true, 64, 48, undefined]);
      for (const [at, quarter] of (await quartersOf(output)).entries())
        expectNear(quarter, BASE[at] ?? [], 12);
      await expectLight(output);
    },
  );

  it.each(['jpeg: {}', 'webp: {}', 'avif: {}', 'png: {}'])(
    'comes out upright in every format beside it: %s',
    async format => {
      const output = await rendered(await ultraHdr({}, 6), kept('widths: [64]', format));
      expect(await sharp(output).metadata()).toMatchObject({ width: 64, height: 48 });
      for (const [at, quarter] of (await quartersOf(output)).entries())
        expectNear(quarter, BASE[at] ?? [], 16);
    },
  );

  it.each([
    "widths: [40], aspect: '1:1', fit: cover",
    "widths: [40], aspect: '1:1', fit: cover, gravity: attention",
    "widths: [40], aspect: '1:2', fit: cover, gravity: entropy",
    'widths: [64], colour: p3',
  ])('is cut as its picture is: %s', async preset => {
    await expectLight(await rendered(await ultraHdr({}, 6), kept(preset)));
  });

  it('has no more light than its background where a list puts one around it', async () => {
    const preset = "widths: [96], aspect: '2:1', fit: contain, background: '#808080'";
    const output = await rendered(await ultraHdr(), kept(preset));
    const { gainMap } = await sharp(output).metadata();
    const { data } = await sharp(gainMap?.image).raw().toBuffer({ resolveWithObject: true });
    expect(data[0]).toBeLessThan(8);
  });

  it('carries nothing private, and the two kinds of description', async () => {
    const file = await ultraHdr({
      IFD0: { Artist: 'Private Person' },
      IFD3: { GPSLatitudeRef: 'N' },
    });
    expect(file.includes('Private')).toBe(true);
    const output = await rendered(file, kept());
    expect(output.includes('Private')).toBe(false);
    expect(output.includes('hdrgm:GainMapMax="2.000000"')).toBe(true);
    expect(output.includes('urn:iso:std:iso:ts:21496:-1')).toBe(true);
  });

  it('whose gain map cannot be read is said to be such, and rendered without', async () => {
    const file = await ultraHdr();
    for (const text of ['hdrgm:GainMapMax', 'urn:iso:std:iso:ts:21496:-1'])
      file[file.lastIndexOf(text) + 8] = 0x5a;
    const picture = await codec.inspect(file, kept());
    expect(picture).toMatchObject({ hdr: true, gainMap: 'unreadable' });
    expect(variantsFor(picture, kept()).map(({ fromFile }) => fromFile)).toEqual([undefined]);
  });
});

const suite = casesFolder
  ? 'drawn cases of Ultra HDR'
  : 'drawn cases: neither DARKROOM_CASES nor ../shared/cases/rendering is there';

describe.runIf(casesFolder)(suite, () => {
  it.each([
    ['uhdr-upright.jpg', 64, 48],
    ['uhdr-orientation6.jpg', 64, 85],
  ])('%s is rendered with its gain map', async (name, width, height) => {
    const output = await rendered(caseOf(name), kept());
    expect(await sharp(output).metadata()).toMatchObject({
      width,
      height,
      gainMap: expect.anything(),
    });
  });
});

const photo = photosFolder && join(photosFolder, 'photo/seine_sdr_gainmap_srgb.jpg');

describe.runIf(photo && existsSync(photo))(
  photo ? 'a photo of Ultra HDR' : 'real pictures: neither DARKROOM_PHOTOS nor ../shared/photos',
  () => {
    it('by Adobe, with lists of numbers in XMP, keeps its gain map as libultrahdr reads it', async () => {
      const file = readFileSync(photo ?? '');
      expect(await codec.inspect(file, kept())).toMatchObject({ hdr: true });
      const light = await lightOf(await rendered(file, kept()));
      // The sky, at the top, is brighter than white.
      for (const quarter of light.slice(0, 2)) expect(Math.max(...quarter)).toBeGreaterThan(1.1);
    });
  },
);

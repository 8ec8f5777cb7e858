import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { codec } from '../../../support/codec.ts';
import { one, rendered } from '../../../support/developing.ts';
import { expectNear, pixel, RED } from '../../../support/pixels.ts';

describe('colour', () => {
  const orange = { r: 230, g: 120, b: 40 };
  const patch = () => sharp({ create: { width: 80, height: 60, channels: 3, background: orange } });
  const reference = [230, 120, 40];

  it.each([
    ['sRGB', () => patch().withIccProfile('srgb').jpeg({ quality: 100 })],
    ['Display P3', () => patch().withIccProfile('p3').jpeg({ quality: 100 })],
    ['Display P3 in PNG', () => patch().withIccProfile('p3').png()],
    [
      'CMYK with a profile',
      () => patch().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 100 }),
    ],
    ['16 bits a channel', () => patch().toColourspace('rgb16').png()],
    ['a palette', () => patch().png({ palette: true })],
    ['TIFF', () => patch().tiff({ compression: 'lzw' })],
    ['WebP', () => patch().webp({ lossless: true })],
    ['AVIF', () => patch().avif({ quality: 95, chromaSubsampling: '4:4:4' })],
    ['progressive JPEG', () => patch().jpeg({ quality: 100, progressive: true })],
  ])('of %s is the same in sRGB', async (_, draw) => {
    const file = await draw().toBuffer();
    const output = await rendered(file);
    expectNear(await pixel(output, 0.5, 0.5), reference, 22);
    const metadata = await sharp(output).metadata();
    expect([metadata.space, metadata.icc]).toEqual(['srgb', undefined]);
  });

  it.each([
    ['PNG', 'srgb', (image: Sharp) => image.png()],
    ['PNG', 'p3', (image: Sharp) => image.png()],
    ['TIFF', 'p3', (image: Sharp) => image.tiff({ compression: 'none' })],
  ])(
    'of 16 bits a channel in %s with the profile %s is the same in sRGB',
    async (_, profile, write) => {
      const deep = patch().toColourspace('rgb16').withIccProfile(profile);
      const file = await write(deep).toBuffer();
      expect(await sharp(file).metadata()).toMatchObject({
        depth: 'ushort',
        icc: expect.any(Buffer),
      });
      const output = await rendered(file, one('widths: [64], formats: { png: {} }'));
      expectNear(await pixel(output, 0.5, 0.5), reference, 3);
    },
  );

  it('of CMYK without a profile is not inverted', async () => {
    const file = await patch().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expectNear(await pixel(await rendered(file), 0.5, 0.5), reference, 40);
  });

  it.each([
    ['8 bits', () => patch().greyscale().jpeg({ quality: 100 })],
    ['16 bits', () => patch().toColourspace('grey16').png()],
    ['16 bits with alpha', () => patch().ensureAlpha().toColourspace('grey16').png()],
    ['1 bit', () => patch().threshold(128).toColourspace('b-w').png({ palette: true, colours: 2 })],
  ])('of grey in %s stays grey', async (_, draw) => {
    const file = await draw().toBuffer();
    const expected = await sharp(file).toColourspace('srgb').removeAlpha().png().toBuffer();
    expectNear(await pixel(await rendered(file), 0.5, 0.5), await pixel(expected, 0.5, 0.5), 4);
  });

  it('of Display P3 is kept, profile and pixels, where the list says so', async () => {
    const file = await sharp({
      create: { width: 80, height: 60, channels: 3, background: '#ff0000' },
    })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const wide = one('widths: [40], colour: p3, formats: { jpeg: { quality: 100 } }');
    const output = await rendered(file, wide);
    expect((await codec.inspect(file, wide)).profile).toBe('p3');
    expect((await sharp(output).metadata()).icc).toEqual((await sharp(file).metadata()).icc);
    expectNear(await pixel(output, 0.5, 0.5), RED, 4);
    const stored = await sharp(output).keepIccProfile().raw().toBuffer();
    // sRGB's red is less than P3's own.
    expectNear([...stored.subarray(0, 3)], [234, 51, 35], 6);
  });

  it('of sRGB gets no profile where the list keeps P3', async () => {
    const wide = one('widths: [40], colour: p3, formats: { jpeg: {} }');
    const file = await patch().png().toBuffer();
    expect((await sharp(await rendered(file, wide)).metadata()).icc).toBeUndefined();
  });
});

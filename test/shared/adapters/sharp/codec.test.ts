import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import sharp, { type Exif, type Sharp, type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import type { PresetList } from '../../../../shared/core/list/preset-list.ts';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { type Variant, wantedVariants } from '../../../../shared/core/set/variants.ts';
import type { Raster } from '../../../../shared/ports.ts';
import { apng, chunk } from '../../../support/apng.ts';
import { codec } from '../../../support/codec.ts';
import { quarters, starfishPhoto } from '../../../support/originals.ts';
import { listOf } from '../../../support/preset-lists.ts';

const one = (preset: string, list = '') =>
  listOf(`version: 1
${list}
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, ${preset} }]`);

const plain = one('widths: [64], formats: { jpeg: { quality: 95 } }');

function variantsFor(picture: Picture, list: PresetList): Variant[] {
  const presets = presetsFor('a', list);
  return wantedVariants({ key: 'a', version: '0123456789', picture, list, presets });
}

async function decoded(
  file: Buffer,
  list: PresetList,
): Promise<{ picture: Picture; raster: Raster }> {
  const picture = await codec.inspect(file, list);
  const { width, height, profile } = picture;
  const keepProfile = profile === 'p3' && list.presets.some(({ colour }) => colour === 'p3');
  const raster = await codec.decode(file, {
    picture,
    size: { width, height },
    keepProfile,
    truncated: list.truncated,
  });
  return { picture, raster };
}

async function rendered(file: Buffer, list: PresetList = plain): Promise<Buffer> {
  const { picture, raster } = await decoded(file, list);
  const [variant] = variantsFor(picture, list).filter(({ impossible }) => !impossible);
  if (!variant) throw new Error('no variant');
  if (variant.fromFile) return await codec.encodeFromFile(file, variant, picture);
  return await codec.encode(await codec.resize(raster, variant), variant, picture);
}

/** The colour at a place given in shares of the picture. */
async function pixel(file: Buffer | Raster, x: number, y: number): Promise<number[]> {
  const { data, info } = Buffer.isBuffer(file)
    ? await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    : { data: file.data, info: file };
  const column = Math.min(info.width - 1, Math.floor(info.width * x));
  const row = Math.min(info.height - 1, Math.floor(info.height * y));
  const at = (row * info.width + column) * info.channels;
  return [...data.subarray(at, at + 3)];
}

function expectNear(received: number[], expected: number[], tolerance = 12): void {
  for (const [index, channel] of received.entries()) {
    expect(
      Math.abs(channel - (expected[index] ?? 0)),
      `${received} is not near ${expected}`,
    ).toBeLessThanOrEqual(tolerance);
  }
}

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];

describe('orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('%i comes out upright', async orientation => {
    const upright = await quarters(120, 80).png().toBuffer();
    // What a camera stores is the picture turned the other way, with a note how to turn it back.
    const turns: Record<number, (image: Sharp) => Sharp> = {
      1: image => image,
      2: image => image.flop(),
      3: image => image.rotate(180),
      4: image => image.flip(),
      5: image => image.rotate(270).flop(),
      6: image => image.rotate(270),
      7: image => image.rotate(90).flop(),
      8: image => image.rotate(90),
    };
    const stored = await turns[orientation]!(sharp(upright)).png().toBuffer();
    const file = await sharp(stored)
      .withMetadata({ orientation })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const { picture } = await decoded(file, plain);
    expect(picture).toMatchObject({ width: 120, height: 80 });
    const output = await rendered(file);
    expectNear(await pixel(output, 0.2, 0.2), RED, 40);
    expectNear(await pixel(output, 0.8, 0.2), GREEN, 40);
    expectNear(await pixel(output, 0.2, 0.8), BLUE, 40);
    expectNear(await pixel(output, 0.8, 0.8), WHITE, 40);
    expect((await sharp(output).metadata()).orientation).toBeUndefined();
  });

  it.each([2, 3, 4, 5, 6, 7, 8])(
    '%i turns every frame of an animated WebP as it turns a still',
    async orientation => {
      const frame = await quarters(40, 30).png().toBuffer();
      const still = await sharp(frame).withMetadata({ orientation }).png().toBuffer();
      const moving = await sharp([frame, await sharp(frame).negate().toBuffer(), frame], {
        join: { animated: true },
      })
        .withMetadata({ orientation })
        .webp({ delay: [100, 200, 300], loop: 2, lossless: true })
        .toBuffer();
      const list = one('widths: [30], formats: { webp: { animated: true, quality: 100 } }');
      const { picture } = await decoded(moving, list);
      const upright = await sharp(still).autoOrient().png().toBuffer({ resolveWithObject: true });
      expect(picture).toMatchObject({ width: upright.info.width, height: upright.info.height });
      const output = await rendered(moving, list);
      const options = { page: 2 };
      const { pages, delay, loop } = await sharp(output, { animated: true }).metadata();
      expect({ pages, delay, loop }).toEqual({ pages: 3, delay: [100, 200, 300], loop: 2 });
      const last = await sharp(output, options).png().toBuffer();
      for (const [x, y] of [
        [0.2, 0.2],
        [0.8, 0.2],
        [0.2, 0.8],
        [0.8, 0.8],
      ] as const) {
        expectNear(await pixel(last, x, y), await pixel(upright.data, x, y), 40);
      }
    },
  );

  it('turns an animated PNG too', async () => {
    const file = apng({ width: 40, height: 30, loop: 0, delays: [100, 200] });
    const exif = chunk(
      'eXIf',
      Buffer.from('49492a000800000001001201030001000000060000000000 0000'.replace(' ', ''), 'hex'),
    );
    const turnedFile = Buffer.concat([file.subarray(0, 33), exif, file.subarray(33)]);
    const list = one('widths: [30], formats: { webp: { animated: true, quality: 100 } }');
    const output = await rendered(turnedFile, list);
    expect(await sharp(output).metadata()).toMatchObject({ width: 30, height: 40 });
    // Frame 1 has green on the right, which is below once it is turned.
    const second = await sharp(output, { page: 1 }).png().toBuffer();
    expectNear(await pixel(second, 0.5, 0.9), GREEN, 40);
    expectNear(await pixel(second, 0.5, 0.1), RED, 40);
  });
});

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

/** Light up to four times as bright as white, from which sharp makes base and gain map. */
const ultraHdr = (exif: Exif = {}) => {
  const light = new Float32Array(128 * 96 * 3);
  for (const index of light.keys()) light[index] = ((Math.floor(index / 3) % 128) / 128) * 4;
  const raw = { width: 128, height: 96, channels: 3 as const, depth: 'float' as const };
  const drawn = sharp(light, { raw }) as Sharp & { withGainMap(): Sharp };
  return drawn.withGainMap().withExif(exif).jpeg({ quality: 95 }).toBuffer();
};

describe('Ultra HDR', () => {
  it('is seen, and shown as its base without the gain map', async () => {
    const file = await ultraHdr();
    expect((await codec.inspect(file, plain)).hdr).toBe(true);
    const output = await rendered(file);
    expect((await sharp(output).metadata()).gainMap).toBeUndefined();
    const base = await sharp(file).resize(64).toColourspace('srgb').png().toBuffer();
    for (const x of [0.1, 0.5, 0.9]) {
      const [ours, reference] = await Promise.all([pixel(output, x, 0.5), pixel(base, x, 0.5)]);
      const brightness = (channels: number[]) => channels.reduce((sum, one) => sum + one, 0) / 3;
      expect(Math.abs(brightness(ours) - brightness(reference))).toBeLessThan(16);
    }
  });

  it('keeps its gain map in jpeg where the list says so', async () => {
    const list = one('widths: [64], hdr: keep, formats: { jpeg: {} }');
    const file = await ultraHdr({
      IFD0: { Artist: 'Private Person' },
      IFD3: { GPSLatitudeRef: 'N' },
    });
    expect(file.includes('Private')).toBe(true);
    const output = await rendered(file, list);
    const { gainMap, width, height } = await sharp(output).metadata();
    expect([gainMap !== undefined, width, height]).toEqual([true, 64, 48]);
    // libvips writes a header of its own there, with the resolution and the like.
    expect(output.includes('Private')).toBe(false);
  });
});

describe('transparent parts', () => {
  const half = () =>
    sharp({
      create: { width: 80, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .composite([
        {
          input: { create: { width: 40, height: 40, channels: 4, background: '#ff0000' } },
          left: 0,
          top: 0,
        },
      ])
      .png()
      .toBuffer();

  it('lie on the preset’s background in jpeg', async () => {
    const output = await rendered(
      await half(),
      one("widths: [80], background: '#0000ff', formats: { jpeg: { quality: 95 } }"),
    );
    expectNear(await pixel(output, 0.1, 0.5), RED, 30);
    expectNear(await pixel(output, 0.9, 0.5), BLUE, 30);
  });

  it.each(['webp', 'avif', 'png'])('stay transparent in %s', async format => {
    const output = await rendered(await half(), one(`widths: [80], formats: { ${format}: {} }`));
    const { data, info } = await sharp(output).raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    expect(data[3]).toBeGreaterThan(250);
    expect(data[79 * 4 + 3]).toBeLessThan(5);
  });
});

describe('shapes', () => {
  it.each([
    ['cover north', "aspect: '1:1', fit: cover, gravity: north", [RED, GREEN]],
    ['cover south', "aspect: '1:1', fit: cover, gravity: south", [BLUE, WHITE]],
  ])('%s keeps that side of a tall picture', async (_, geometry, [left, right]) => {
    const file = await quarters(100, 400).png().toBuffer();
    const output = await rendered(file, one(`widths: [50], ${geometry}, formats: { png: {} }`));
    expect((await sharp(output).metadata()).height).toBe(50);
    expectNear(await pixel(output, 0.2, 0.5), left ?? []);
    expectNear(await pixel(output, 0.8, 0.5), right ?? []);
  });

  it('contain puts the background around', async () => {
    const file = await quarters(100, 50).png().toBuffer();
    const list = one(
      "width: 100, height: 100, fit: contain, background: '#0000ff', formats: { png: {} }",
    );
    const output = await rendered(file, list);
    expect(await sharp(output).metadata()).toMatchObject({ width: 100, height: 100 });
    expectNear(await pixel(output, 0.5, 0.05), BLUE);
    expectNear(await pixel(output, 0.2, 0.4), RED);
  });

  it.each([
    [1, 1],
    [940, 2],
    [3, 2000],
  ])('%ix%i comes out with no empty side', async (width, height) => {
    const file = await sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
      .png()
      .toBuffer();
    const output = await sharp(await rendered(file)).metadata();
    expect(output.width).toBe(Math.min(64, width));
    expect(output.height).toBeGreaterThan(0);
  });

  it('a multi-page TIFF shows its first page', async () => {
    const pages = [RED, GREEN].map(([r = 0, g = 0, b = 0]) => ({
      create: { width: 20, height: 20, channels: 3 as const, background: { r, g, b } },
    }));
    const file = await sharp(pages as unknown as SharpInput[], { join: { animated: true } })
      .tiff()
      .toBuffer();
    expect((await sharp(file).metadata()).pages).toBe(2);
    expectNear(await pixel(await rendered(file), 0.5, 0.5), RED, 30);
  });
});

describe('animation', () => {
  const animated = one('widths: [20], formats: { webp: { animated: true } }');
  const frames = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      create: {
        width: 40,
        height: 30,
        channels: 3 as const,
        background: { r: index * 50, g: 0, b: 255 - index * 50 },
      },
    }));
  const delay = [100, 200, 300, 400];

  it.each([
    [
      'GIF',
      () =>
        sharp(frames(4) as unknown as SharpInput[], { join: { animated: true } })
          .gif({ delay, loop: 3 })
          .toBuffer(),
    ],
    [
      'WebP',
      () =>
        sharp(frames(4) as unknown as SharpInput[], { join: { animated: true } })
          .webp({ delay, loop: 3 })
          .toBuffer(),
    ],
    ['APNG', async () => apng({ width: 40, height: 30, loop: 3, delays: delay })],
  ])('of %s keeps its frames, delays and loop', async (_, draw) => {
    const output = await sharp(await rendered(await draw(), animated), {
      animated: true,
    }).metadata();
    expect(output).toMatchObject({
      format: 'webp',
      width: 20,
      pageHeight: 15,
      pages: 4,
      loop: 3,
      delay,
    });
  });

  it('of APNG draws frames over each other and takes them away as the file says', async () => {
    const file = apng({ width: 40, height: 30, loop: 0, delays: delay });
    const output = await rendered(
      file,
      one('widths: [40], formats: { webp: { animated: true, quality: 100 } }'),
    );
    const still = (page: number) => sharp(output, { page }).png().toBuffer();
    // Frame 1 paints the right half green over red; frame 2 was taken away, so frame 3 sees red again.
    expectNear(await pixel(await still(0), 0.9, 0.5), RED, 40);
    expectNear(await pixel(await still(1), 0.9, 0.5), GREEN, 40);
    expectNear(await pixel(await still(1), 0.1, 0.5), RED, 40);
    expectNear(await pixel(await still(2), 0.9, 0.5), BLUE, 40);
    expectNear(await pixel(await still(3), 0.9, 0.5), GREEN, 40);
  });

  it('is a still poster elsewhere, and never larger than its frames', async () => {
    const file = await sharp(frames(3) as unknown as SharpInput[], { join: { animated: true } })
      .gif()
      .toBuffer();
    const output = await sharp(
      await rendered(file, one('widths: [640], formats: { webp: {} }')),
    ).metadata();
    expect(output).toMatchObject({ width: 40, height: 30 });
    expect(output.pages ?? 1).toBe(1);
  });
});

describe('metadata', () => {
  const label = '{"Label":"1","ContentProducer":"001191","ProduceID":"x&y<z>"}';
  const xmp = (body: string) =>
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="Private Person" ${body}</rdf:Description></rdf:RDF></x:xmpmeta>`;
  const attribute = xmp(`TC260:AIGC='${label.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}'>`);
  const element = xmp(
    `><TC260:AIGC>${label.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</TC260:AIGC>`,
  );
  const gps = {
    IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
    IFD0: { Copyright: 'A. Nother', Artist: 'Private Person' },
  };
  const photo = () => quarters(80, 60);

  const formats = ['jpeg', 'webp', 'avif', 'png'];

  /** JPEG's own comment, and a thumbnail's worth of an application's segment. */
  const withComment = (jpeg: Buffer) => {
    const text = Buffer.from('Private comment');
    const segments = [0xfe, 0xed].map(marker =>
      Buffer.concat([Buffer.from([0xff, marker, 0, text.length + 2]), text]),
    );
    return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
  };

  const inputs = ['jpeg', 'png', 'webp', 'tiff', 'avif'] as const;

  it.each(inputs.flatMap(input => formats.map(format => [format, input] as const)))(
    'goes, all of it, from a %s made of a %s',
    async (format, input) => {
      const made = await photo()
        .withExif(gps)
        .withXmp(xmp('>'))
        .withIccProfile('srgb')
        .toFormat(input)
        .toBuffer();
      const file = input === 'jpeg' ? withComment(made) : made;
      expect(file.includes('Private')).toBe(true);
      const output = await rendered(file, one(`widths: [40], formats: { ${format}: {} }`));
      const { exif, xmp: left, icc, iptc, comments } = await sharp(output).metadata();
      expect([exif, left, icc, iptc, comments]).toEqual(Array(5).fill(undefined));
      expect(output.includes('Private')).toBe(false);
    },
  );

  it('goes from an animated WebP', async () => {
    const frames = [await photo().png().toBuffer(), await photo().negate().png().toBuffer()];
    const file = await sharp(frames, { join: { animated: true } })
      .withExif(gps)
      .withXmp(xmp('>'))
      .webp()
      .toBuffer();
    const output = await rendered(file, one('widths: [40], formats: { webp: { animated: true } }'));
    const { pages, exif, xmp: left, icc } = await sharp(output).metadata();
    expect([pages, exif, left, icc]).toEqual([2, undefined, undefined, undefined]);
    expect(file.includes('Private') && !output.includes('Private')).toBe(true);
  });

  it.each(
    formats.flatMap(format => [
      [format, 'an attribute', attribute],
      [format, 'an element', element],
    ]),
  )(
    'keeps China’s AIGC label in %s, found as %s, and nothing beside it',
    async (format, _, packet) => {
      const file = await photo().withExif(gps).withXmp(packet).jpeg().toBuffer();
      const list = one(`widths: [40], formats: { ${format}: {} }`);
      expect((await codec.inspect(file, list)).labels).toEqual({ aigc: label });
      const output = await rendered(file, list);
      expect((await codec.inspect(output, list)).labels).toEqual({ aigc: label });
      expect(output.includes('Private')).toBe(false);
    },
  );

  it('keeps the AIGC label that a PNG has in a text chunk', async () => {
    const png = await photo().png().toBuffer();
    const text = chunk('tEXt', Buffer.from(`AIGC\0${label}`, 'latin1'));
    const file = Buffer.concat([png.subarray(0, 33), text, png.subarray(33)]);
    const output = await rendered(file);
    expect((await codec.inspect(output, plain)).labels).toEqual({ aigc: label });
  });

  it('keeps the label that EXIF has in UserComment', async () => {
    const comment = `{"AIGC":{"Label":"1"}}`;
    const file = await photo()
      .withExif({ IFD2: { UserComment: comment } })
      .jpeg()
      .toBuffer();
    const output = await rendered(file);
    expect((await codec.inspect(output, plain)).labels).toEqual({ aigc: comment });
  });

  it('keeps the label of an Ultra HDR photo, whose XMP libvips does not give', async () => {
    const segment = (packet: string) => {
      const data = Buffer.from(`http://ns.adobe.com/xap/1.0/\0${packet}`);
      const head = Buffer.from([0xff, 0xe1, 0, 0]);
      head.writeUInt16BE(data.length + 2, 2);
      return Buffer.concat([head, data]);
    };
    const plainHdr = await ultraHdr();
    const file = Buffer.concat([plainHdr.subarray(0, 2), segment(element), plainHdr.subarray(2)]);
    const list = one('widths: [64], hdr: keep, formats: { jpeg: {} }');
    expect(await codec.inspect(file, list)).toMatchObject({ hdr: true, labels: { aigc: label } });
    // Whoever writes a gain map writes no XMP beside it, and the label is the law.
    const output = await rendered(file, list);
    expect((await codec.inspect(output, list)).labels).toEqual({ aigc: label });
  });

  it('keeps IPTC’s source type where it names an algorithm, and only there', async () => {
    const type = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
    const packet = (value: string) =>
      xmp(
        `xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType="${value}">`,
      );
    const made = await photo().withXmp(packet(type)).jpeg().toBuffer();
    expect((await codec.inspect(await rendered(made), plain)).labels).toEqual({
      digitalSourceType: type,
    });
    const taken = await photo()
      .withXmp(packet('http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture'))
      .jpeg()
      .toBuffer();
    expect((await sharp(await rendered(taken)).metadata()).xmp).toBeUndefined();
  });

  it('names Content Credentials that stay behind', async () => {
    const jpeg = await photo().jpeg().toBuffer();
    const store = Buffer.concat([
      Buffer.from('jumdc2pa'),
      Buffer.from('6332706100110010800000aa00389b71', 'hex'),
    ]);
    const segment = Buffer.concat([Buffer.from([0xff, 0xeb, 0, store.length + 2]), store]);
    const file = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
    expect((await codec.inspect(file, plain)).labels).toEqual({ c2pa: true });
  });

  it('names Content Credentials of a PNG, which have a chunk of their own', async () => {
    const png = await photo().png().toBuffer();
    const store = Buffer.from('6332706100110010800000aa00389b71', 'hex');
    const afterHeader = 8 + 25;
    const withChunk = (type: string) =>
      Buffer.concat([png.subarray(0, afterHeader), chunk(type, store), png.subarray(afterHeader)]);
    expect((await codec.inspect(withChunk('caBX'), plain)).labels).toEqual({ c2pa: true });
    expect((await codec.inspect(withChunk('teSt'), plain)).labels).toBeUndefined();
  });

  it.each([
    ['© 2025 张三', 'webp'],
    ['© 2025 José', 'jpeg'],
  ])('keeps a copyright notice that EXIF has no letters for: %s', async (notice, format) => {
    const list = one(`widths: [40], formats: { ${format}: {} }`, 'metadata: { copyright: keep }');
    const picture: Picture = {
      ...(await codec.inspect(await photo().png().toBuffer(), list)),
      copyright: notice,
    };
    const { raster } = await decoded(await photo().png().toBuffer(), list);
    const [variant] = variantsFor(picture, list);
    if (!variant) throw new Error('no variant');
    const output = await codec.encode(await codec.resize(raster, variant), variant, picture);
    const { xmp: packet, exif } = await sharp(output).metadata();
    expect(packet?.toString()).toContain(`>${notice}<`);
    expect(exif).toBeUndefined();
  });

  it('keeps the copyright notice if the list asks, and only that', async () => {
    const list = one('widths: [40], formats: { jpeg: {} }', 'metadata: { copyright: keep }');
    const file = await photo().withExif(gps).jpeg().toBuffer();
    const output = await rendered(file, list);
    expect((await codec.inspect(output, list)).copyright).toBe('A. Nother');
    expect(output.includes('Private')).toBe(false);
    expect((await codec.inspect(file, plain)).copyright).toBeUndefined();
  });
});

describe('files that end too soon', () => {
  const half = () => {
    const file = readFileSync(starfishPhoto);
    return file.subarray(0, file.length / 2);
  };

  it('are refused by default', async () => {
    await expect(decoded(half(), plain)).rejects.toMatchObject({
      code: 'ORIGINAL_UNDECODABLE',
      message: 'expected a whole jpeg, it ends too soon',
    });
  });

  it('are salvaged if the list says so, and marked', async () => {
    const { raster } = await decoded(
      half(),
      one('widths: [64], formats: { jpeg: {} }', 'truncated: salvage'),
    );
    expect(raster).toMatchObject({ width: 1278, height: 720, salvaged: true });
  });

  const gif = async () => {
    const frames = ['#ff0000', '#00ff00', '#0000ff'].map(background => ({
      create: { width: 200, height: 150, channels: 3 as const, background },
    }));
    return await sharp(frames as unknown as SharpInput[], { join: { animated: true } })
      .gif()
      .toBuffer();
  };
  const heic = async () =>
    // Any picture will do: what is looked at is the container.
    (await quarters(64, 48).avif().toBuffer()).fill('heic', 8, 12);

  it.each([
    ['gif', async () => (await gif()).subarray(0, -20)],
    ['png', async () => apng({ width: 40, height: 30, loop: 0, delays: [1, 1] }).subarray(0, -20)],
    ['heic', async () => (await heic()).subarray(0, -1)],
  ])('are refused where the decoder of %s would not say so', async (format, draw) => {
    const file = await draw();
    const picture = { format, width: 1, height: 1, alpha: false, frames: 2 } as Picture;
    const options = { picture, size: { width: 1, height: 1 }, keepProfile: false };
    await expect(codec.decode(file, { ...options, truncated: 'refuse' })).rejects.toMatchObject({
      code: 'ORIGINAL_UNDECODABLE',
      message: `expected a whole ${format}, the file ends too soon`,
    });
  });

  it('are no such files when they are whole, trailer or not', async () => {
    const whole = await gif();
    for (const file of [whole, whole.subarray(0, -1)]) {
      const { raster } = await decoded(file, plain);
      expect(raster.salvaged).toBeUndefined();
    }
  });

  it('are salvaged as far as they go in GIF too, and marked', async () => {
    const list = one('widths: [64], formats: { jpeg: {} }', 'truncated: salvage');
    const { raster } = await decoded((await gif()).subarray(0, -20), list);
    expect(raster).toMatchObject({ width: 200, salvaged: true });
    expectNear(await pixel(raster, 0.5, 0.5), RED, 4);
  });

  it('as frames of an APNG fail that file, and are no fault of ours', async () => {
    const file = apng({ width: 40, height: 30, loop: 0, delays: [1, 1, 1] });
    const list = one('widths: [20], formats: { webp: { animated: true } }');
    const picture = await codec.inspect(file, list);
    const [variant] = variantsFor(picture, list);
    if (!variant) throw new Error('no variant');
    const broken = Buffer.from(file).fill(0, file.lastIndexOf('fdAT') + 8, file.length - 16);
    await expect(codec.encodeFromFile(broken, variant, picture)).rejects.toMatchObject({
      code: 'VARIANT_UNRENDERABLE',
      message: expect.not.stringContaining('vips'),
    });
  });

  it('that is no file at all is refused all the same', async () => {
    const list = one('widths: [64], formats: { jpeg: {} }', 'truncated: salvage');
    await expect(decoded(half().subarray(0, 300), list)).rejects.toMatchObject({
      code: 'ORIGINAL_UNDECODABLE',
    });
  });
});

describe('hostile files', () => {
  const bomb = (width: number, height: number) => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 6, 0, 0, 0], 8);
    const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.alloc(1000))),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  };

  it.each([
    [
      '30000x30000 in a few bytes',
      () => bomb(30_000, 30_000),
      /at most 128 megapixels \(limits\.megapixels\), received 30000x30000/,
    ],
    [
      'an APNG of 5,000 frames',
      () => apng({ width: 10, height: 10, loop: 0, delays: Array(5000).fill(10) }),
      /at most 300 frames/,
    ],
    [
      'an APNG of 400 frames that says two',
      () => {
        const file = apng({ width: 10, height: 10, loop: 0, delays: Array(400).fill(10) });
        file.writeUInt32BE(2, file.indexOf('acTL') + 4);
        return file;
      },
      /at most 300 frames .* received 400/,
    ],
    [
      'an APNG that says 4 billion frames',
      () => {
        const file = apng({ width: 10, height: 10, loop: 0, delays: [1, 1] });
        file.writeUInt32BE(0xffffffff, file.indexOf('acTL') + 4);
        return file;
      },
      /at most 300 frames/,
    ],
  ])('%s is refused from its header', async (_, draw, sentence) => {
    await expect(codec.inspect(draw(), plain)).rejects.toThrow(sentence);
  });

  it('a GIF of large frames is refused for all its pixels together', async () => {
    const frames = Array.from({ length: 40 }, (_, index) => ({
      create: {
        width: 1400,
        height: 1400,
        channels: 3 as const,
        background: index % 2 === 0 ? '#ff0000' : '#0000ff',
      },
    }));
    const file = await sharp(frames as unknown as SharpInput[], {
      join: { animated: true },
      limitInputPixels: false,
    })
      .gif({ colours: 4, effort: 1 })
      .toBuffer();
    await expect(codec.inspect(file, plain)).rejects.toThrow(
      /at most 64 megapixels over all frames .* received 40 frames of 1400x1400/,
    );
  });

  it('an SVG reaches no decoder, even through sharp itself', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>');
    await expect(codec.inspect(svg, plain)).rejects.toMatchObject({ code: 'ORIGINAL_UNSUPPORTED' });
    await expect(sharp(svg).metadata()).rejects.toThrow();
  });
});

describe('renditions', () => {
  it.each(['jpeg: {}', 'jpeg: { mozjpeg: true }', 'webp: {}', 'avif: {}', 'png: {}'])(
    'in %s are the same bytes, made twice',
    async format => {
      const file = readFileSync(starfishPhoto);
      const list = one(`widths: [320], formats: { ${format} }`);
      const [first, second] = await Promise.all([rendered(file, list), rendered(file, list)]);
      expect(first.equals(second)).toBe(true);
    },
  );

  it('in AVIF are the same bytes after and beside decodes, which use more threads', async () => {
    const file = readFileSync(starfishPhoto);
    const list = one('widths: [1280], formats: { avif: {} }');
    const { picture, raster } = await decoded(file, list);
    const [variant] = variantsFor(picture, list);
    if (!variant) throw new Error('no variant');
    sharp.concurrency(1);
    const alone = await codec.encode(raster, variant, picture);
    await decoded(file, list);
    const [beside] = await Promise.all([
      codec.encode(raster, variant, picture),
      decoded(file, list),
    ]);
    expect(beside.equals(alone)).toBe(true);
  });

  it('have a placeholder of a few bytes and one colour', async () => {
    const file = await sharp({
      create: { width: 50, height: 50, channels: 3, background: '#204060' },
    })
      .png()
      .toBuffer();
    const { raster } = await decoded(file, plain);
    const { thumbHash, colour } = await codec.placeholder(raster);
    expect(Buffer.from(thumbHash, 'base64').length).toBeLessThan(40);
    const channels = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16));
    expectNear(channels, [0x20, 0x40, 0x60], 16);
  });
});

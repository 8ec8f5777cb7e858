import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { chunk } from '../../../support/apng.ts';
import { codec } from '../../../support/codec.ts';
import { decoded, one, plain, rendered, variantsFor } from '../../../support/developing.ts';
import { quarters, ultraHdr } from '../../../support/originals.ts';

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
    const output = await rendered(file, list);
    expect(await codec.inspect(output, list)).toMatchObject({ hdr: true, labels: { aigc: label } });
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

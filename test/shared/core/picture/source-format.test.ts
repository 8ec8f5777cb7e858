import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../../shared/core/failure.ts';
import { refuseByName, sourceFormatOf } from '../../../../shared/core/picture/source-format.ts';
import { numbered } from '../../../support/thorough.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('the kind of a file', () => {
  it.each([
    ['jpeg', '\xff\xd8\xff\xe0\0\x10JFIF'],
    ['png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
    ['gif', 'GIF89a'],
    ['webp', 'RIFF\x24\0\0\0WEBPVP8 '],
    ['webp', 'RIFF\n\n\0\0WEBPVP8L'],
    ['tiff', 'II*\0'],
    ['tiff', 'MM\0*'],
    ['tiff', 'II+\0\x08\0\0\0'],
    ['tiff', 'MM\0+\0\x08\0\0'],
    ['avif', '\0\0\0\x20ftypavif'],
    ['heic', '\0\0\0\x20ftypheic'],
    ['heic', '\0\0\0\x20ftypmif1'],
  ])('is %s by its bytes', (format, bytes) => expect(sourceFormatOf(latin1(bytes))).toBe(format));

  it.each([
    ['an SVG or XML text', '<svg xmlns="http://www.w3.org/2000/svg">'],
    ['an SVG or XML text', '\xef\xbb\xbf\n  <?xml version="1.0"?>'],
    ['a gzip file', '\x1f\x8b\x08'],
    ['a video or an unknown ISO media file', '\0\0\0\x08wide'],
    ['a video (Matroska or WebM)', '\x1aE\xdf\xa3\x01'],
    ['a video (AVI)', 'RIFF\x24\0\0\0AVI LIST'],
    ['a zip file, or a document that is one', 'PK\x03\x04'],
    ['a PDF', '%PDF-1.7'],
    ['a PostScript file', '%!PS-Adobe'],
    ['a BMP picture', 'BM\x36'],
    ['a Photoshop file', '8BPS\0\x01'],
    ['an animated AVIF', '\0\0\0\x20ftypavis'],
    ['a video', '\0\0\0\x20ftypisom'],
    ['an SVG or XML text', '<!-- Generator: a drawing program -->\n<svg>'],
    ['an SVG or XML text', `${' \n'.repeat(100)}<svg>`],
    ['an SVG or XML text', '<!DOCTYPE svg PUBLIC'],
    ['an SVG or XML text', '\xff\xfe<\0s\0v\0g\0'],
    ['an SVG or XML text', '\xfe\xff\0<\0?\0x\0m\0l'],
    ['an SVG or XML text', '<\0s\0v\0g\0'],
    ['an HTML page', '\n<!doctype HTML>'],
    ['an HTML page', '<html lang="en">'],
    ['a PostScript file', '\xc5\xd0\xd3\xc6\x20'],
    ['a PostScript file', '\x04%!PS-Adobe-3.0 EPSF-3.0'],
    ['a PostScript file', '\x1b%-12345X@PJL JOB\n%!PS-Adobe-3.0'],
    ['a JPEG XL picture', '\xff\x0a\xfa'],
    ['a JPEG XL picture', '\0\0\0\x0cJXL \r\n\x87\n'],
    ['a JPEG 2000 picture', '\xff\x4f\xff\x51\0'],
    ['a JPEG 2000 picture', '\0\0\0\x0cjP  \r\n\x87\n'],
    ['an icon (ICO)', '\0\0\x01\0\x02\0'],
    ['a GIMP file (XCF)', 'gimp xcf v011'],
    ['a PNM picture', 'P6\n# a comment\n640 480\n255\n'],
    ['a PNM picture', 'P5 640 480'],
    ['a Radiance HDR picture', '#?RADIANCE\n'],
    ['an OpenEXR picture', '\x76\x2f\x31\x01'],
    ['a camera RAW file (Canon CR2)', 'II*\0\x10\0\0\0CR\x02\0'],
    ['a camera RAW file (Canon CR3)', '\0\0\0\x18ftypcrx '],
    ['a camera RAW file (Canon CRW)', 'II\x1a\0\0\0HEAPCCDR'],
    ['a camera RAW file (Fujifilm RAF)', 'FUJIFILMCCD-RAW 0201'],
    ['a camera RAW file (Olympus ORF)', 'IIRO\x08\0'],
    ['a camera RAW file (Olympus ORF)', 'IIRS\x08\0'],
    ['a camera RAW file (Olympus ORF)', 'MMOR\0\0'],
    ['a camera RAW file (Panasonic RW2)', 'IIU\0\x18\0'],
    ['a camera RAW file (Minolta MRW)', '\0MRM'],
    ['a camera RAW file (Sigma X3F)', 'FOVb'],
    ['bytes of no known picture format', 'hello'],
    ['bytes of no known picture format', '\xff\xd8'],
    ['bytes of no known picture format', ''],
  ])('is refused as %s', (name, bytes) => {
    expect(() => sourceFormatOf(latin1(bytes))).toThrow(`received ${name}`);
  });
});

type Order = 'II' | 'MM';
type Field = { tag: number; type: 'byte' | 'short' | 'long' | 'text'; value: number | string };

const TYPES = { byte: 1, text: 2, short: 3, long: 4 };

/** A header, one directory, and behind it what is too long for a field. */
function tiff(order: Order, fields: Field[]): Buffer {
  const file = Buffer.alloc(8 + 2 + fields.length * 12 + 4);
  const later: Buffer[] = [];
  const short = (at: number, value: number) =>
    order === 'II' ? file.writeUInt16LE(value, at) : file.writeUInt16BE(value, at);
  const long = (at: number, value: number) =>
    order === 'II' ? file.writeUInt32LE(value, at) : file.writeUInt32BE(value, at);
  file.write(order, 'latin1');
  short(2, 42);
  long(4, 8);
  short(8, fields.length);
  for (const [index, { tag, type, value }] of fields.entries()) {
    const at = 10 + index * 12;
    short(at, tag);
    short(at + 2, TYPES[type]);
    long(at + 4, typeof value === 'string' ? value.length : 1);
    if (typeof value === 'string') {
      long(at + 8, file.length + Buffer.concat(later).length);
      later.push(latin1(value));
    } else if (type === 'short') short(at + 8, value);
    else long(at + 8, value);
  }
  return Buffer.concat([file, ...later]);
}

const subfileType = (value: number, type: 'short' | 'long' = 'long'): Field => ({
  tag: 254,
  type,
  value,
});
const photometric = (value: number): Field => ({ tag: 262, type: 'short', value });
const make = (value: string): Field => ({ tag: 271, type: 'text', value: `${value}\0` });
const subIfds: Field = { tag: 330, type: 'long', value: 4096 };
const dngVersion: Field = { tag: 50_706, type: 'byte', value: 0x01040000 };

describe.each(['II', 'MM'] as const)('a TIFF in the byte order %s', order => {
  it.each<[string, Field[]]>([
    ['DNG', [subfileType(1), photometric(2), make('Apple'), subIfds, dngVersion]],
    ['DNG', [photometric(34_892), dngVersion]],
    ['Nikon NEF', [subfileType(1), photometric(2), make('NIKON CORPORATION'), subIfds]],
    ['Sony ARW', [subfileType(1, 'short'), make('SONY'), subIfds]],
    ['Pentax PEF', [photometric(32_803), make('PENTAX Corporation')]],
    ['Samsung SRW', [subfileType(1), make('SAMSUNG'), subIfds]],
    ['Hasselblad 3FR', [subfileType(1), make('Hasselblad'), subIfds]],
    ['in a TIFF', [photometric(34_892), make('a maker unknown here')]],
    ['in a TIFF', [subfileType(1), subIfds]],
    ['in a TIFF', [photometric(32_803), { tag: 271, type: 'long', value: 0xffffffff }]],
  ])('is refused as a camera RAW file, %s', (name, fields) => {
    const received = `received a camera RAW file (${name}`;
    expect(() => sourceFormatOf(tiff(order, fields))).toThrow(received);
  });

  it.each<[string, Field[]]>([
    ['of one page', [subfileType(0), photometric(2), make('NIKON CORPORATION')]],
    ['whose page is one of several', [subfileType(2), photometric(2)]],
    ['that says it is a reduced picture, and has no other', [subfileType(1), photometric(2)]],
    ['with smaller ones of the same', [subfileType(0), photometric(2), subIfds]],
    ['without a field', []],
  ])('is a picture: one %s', (_, fields) =>
    expect(sourceFormatOf(tiff(order, fields))).toBe('tiff'),
  );

  it('is as the first of two fields of one tag says', () => {
    expect(sourceFormatOf(tiff(order, [photometric(2), photometric(32_803)]))).toBe('tiff');
  });

  it('is read no further than 512 fields', () => {
    const many = Array.from({ length: 512 }, (): Field => ({ tag: 700, type: 'long', value: 0 }));
    expect(sourceFormatOf(tiff(order, [...many, dngVersion]))).toBe('tiff');
  });

  it('is read as far as it goes', () => {
    const whole = tiff(order, [photometric(2), dngVersion]);
    for (let length = 4; length < whole.length - 4; length += 1)
      expect(sourceFormatOf(whole.subarray(0, length))).toBe('tiff');
    expect(() => sourceFormatOf(whole.subarray(0, whole.length - 4))).toThrow('(DNG)');
  });
});

describe('garbage', () => {
  const bytes = fc.uint8Array({ maxLength: 400 });
  const beginning = fc.constantFrom('', 'II*\0\x08\0\0\0', 'MM\0*\0\0\0\x08', 'II*\0', 'MM\0*');

  it('has a kind or a failure that says so, nothing else', () => {
    fc.assert(
      fc.property(beginning, bytes, (head, rest) => {
        try {
          expect(sourceFormatOf(Buffer.concat([latin1(head), rest]))).toBeTypeOf('string');
        } catch (thrown) {
          if (!(thrown instanceof Failure)) throw thrown;
          expect(thrown.code).toBe('ORIGINAL_UNSUPPORTED');
        }
      }),
      { numRuns: numbered(500, 2000) },
    );
  });
});

describe('the first bytes of a file', () => {
  it('refuse it where they are known to be something else, and nothing else', () => {
    const refused = ['\0\0\0\x18ftypisom', '%PDF-1.7', 'II*\0\x08\0\0\0CR'];
    const taken = ['\xff\xd8\xff', 'II*\0', '\x1f\x8b\x08', 'hello', ''];
    for (const head of refused) {
      expect(() => refuseByName(latin1(head))).toThrow('received a');
    }
    for (const head of taken) expect(() => refuseByName(latin1(head))).not.toThrow();
  });
});

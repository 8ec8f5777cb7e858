import { describe, expect, it } from 'vitest';
import { sourceFormatOf } from '../../../shared/core/source-format.ts';

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
    ['avif', '\0\0\0\x20ftypavif'],
    ['heic', '\0\0\0\x20ftypheic'],
    ['heic', '\0\0\0\x20ftypmif1'],
  ])('is %s by its bytes', (format, bytes) => expect(sourceFormatOf(latin1(bytes))).toBe(format));

  it.each([
    ['an SVG or XML text', '<svg xmlns="http://www.w3.org/2000/svg">'],
    ['an SVG or XML text', '\xef\xbb\xbf\n  <?xml version="1.0"?>'],
    ['a gzip file', '\x1f\x8b\x08'],
    ['a PDF', '%PDF-1.7'],
    ['a PostScript file', '%!PS-Adobe'],
    ['a BMP picture', 'BM\x36'],
    ['a Photoshop file', '8BPS\0\x01'],
    ['an animated AVIF', '\0\0\0\x20ftypavis'],
    ['a video', '\0\0\0\x20ftypisom'],
    ['bytes of no known picture format', 'hello'],
    ['bytes of no known picture format', '\xff\xd8'],
    ['bytes of no known picture format', ''],
  ])('is refused as %s', (name, bytes) => {
    expect(() => sourceFormatOf(latin1(bytes))).toThrow(`received ${name}`);
  });
});

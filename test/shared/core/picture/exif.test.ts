import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exifTexts } from '../../../../shared/core/picture/exif.ts';

interface Texts {
  copyright?: Buffer;
  comment?: Buffer;
}

/** EXIF with the two texts, in either byte order, with or without the header that JPEG puts before it. */
function exif({ copyright, comment }: Texts, isLittle = true, header = true): Buffer {
  const out = Buffer.alloc(64 + (copyright?.length ?? 0) + (comment?.length ?? 0));
  const short = (value: number, at: number) =>
    isLittle ? out.writeUInt16LE(value, at) : out.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    isLittle ? out.writeUInt32LE(value, at) : out.writeUInt32BE(value, at);
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    short(tag, at);
    short(type, at + 2);
    long(count, at + 4);
    long(value, at + 8);
  };
  out.write(isLittle ? 'II*\0' : 'MM\0*', 'latin1');
  long(8, 4);
  short(2, 8);
  entry(10, 0x8298, 2, copyright?.length ?? 0, 64);
  entry(22, 0x8769, 4, 1, 38);
  short(1, 38);
  entry(40, 0x9286, 7, comment?.length ?? 0, 64 + (copyright?.length ?? 0));
  copyright?.copy(out, 64);
  comment?.copy(out, 64 + (copyright?.length ?? 0));
  return header ? Buffer.concat([Buffer.from('Exif\0\0'), out]) : out;
}

const utf16 = (text: string, isLittle: boolean) => {
  const bytes = Buffer.from(text, 'utf16le');
  return Buffer.concat([Buffer.from('UNICODE\0'), isLittle ? bytes : bytes.swap16()]);
};

describe('the texts of EXIF', () => {
  it.each([true, false])('are read in both byte orders (little-endian: %s)', isLittle => {
    const copyright = Buffer.from('© 2025 张三\0');
    const comment = Buffer.from('ASCII\0\0\0{"AIGC":{}}');
    for (const header of [true, false]) {
      expect(exifTexts(exif({ copyright, comment }, isLittle, header))).toEqual({
        copyright: '© 2025 张三',
        userComment: '{"AIGC":{}}',
      });
    }
  });

  it.each([true, false])('are read in UTF-16 (little-endian: %s)', isLittle => {
    const label = '{"AIGC":{"ContentProducer":"某公司"}}';
    expect(exifTexts(exif({ comment: utf16(label, isLittle) }, isLittle)).userComment).toBe(label);
  });

  it('are none where there are none', () => {
    const nothing = { copyright: undefined, userComment: undefined };
    for (const bytes of [undefined, Buffer.alloc(0), Buffer.from('Exif\0\0II*\0'), exif({})]) {
      expect({
        ...exifTexts(bytes),
        userComment: exifTexts(bytes).userComment || undefined,
      }).toEqual(nothing);
    }
  });

  it('are looked for without an error, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), fc.nat(255), (bytes, at, value) => {
        exifTexts(Buffer.concat([Buffer.from('II*\0'), bytes]));
        const broken = exif({ copyright: Buffer.from('Somebody'), comment: Buffer.from('x') });
        broken[at % broken.length] = value;
        exifTexts(broken);
      }),
    );
  });
});

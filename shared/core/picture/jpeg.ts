/** Where an XMP packet begins in an APP1 segment. (XMP specification, part 3, 1.1.3) */
export const XMP_HEADER = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');

const ICC_HEADER = Buffer.from('ICC_PROFILE\0', 'latin1');

const APP1 = 0xe1;
const APP2 = 0xe2;
const START_OF_SCAN = 0xda;

/** The XMP packet of a JPEG: libvips gives none where the file is Ultra HDR. */
export function xmpInJpeg(file: Buffer): Buffer | undefined {
  return segmentData(file, APP1, XMP_HEADER);
}

/** Whether a profile is in it: a plain JPEG is not opened twice to be asked. (ICC.1:2022, annex B.4) */
export function hasProfileInJpeg(file: Buffer): boolean {
  return segmentData(file, APP2, ICC_HEADER) !== undefined;
}

/** What follows the name in the first segment of that kind, before the pixels. */
export function segmentData(file: Buffer, wanted: number, name: Buffer): Buffer | undefined {
  for (const { marker, data } of segmentsOf(file)) {
    if (marker === wanted && data.subarray(0, name.length).equals(name)) {
      return data.subarray(name.length);
    }
  }
  return undefined;
}

/** What stands before the pixels, in the file's order. (ITU-T T.81, B.1.1.4) */
export function* segmentsOf(file: Buffer): Generator<Segment> {
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff; ) {
    const marker = file[at + 1] ?? 0;
    if (marker === START_OF_SCAN) return;
    const end = at + 2 + file.readUInt16BE(at + 2);
    yield { marker, at, end, data: file.subarray(at + 4, end) };
    at = end;
  }
}

interface Segment {
  marker: number;
  at: number;
  end: number;
  data: Buffer;
}

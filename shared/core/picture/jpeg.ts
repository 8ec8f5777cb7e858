/** Where an XMP packet begins in an APP1 segment. (XMP specification, part 3, 1.1.3) */
const XMP_HEADER = Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1');

const APP1 = 0xe1;
const START_OF_SCAN = 0xda;

/** The XMP packet of a JPEG: libvips gives none where the file is Ultra HDR. */
export function xmpInJpeg(file: Buffer): Buffer | undefined {
  for (let at = 2; at + 4 <= file.length && file[at] === 0xff; ) {
    const marker = file[at + 1];
    if (marker === START_OF_SCAN) return undefined;
    const end = at + 2 + file.readUInt16BE(at + 2);
    const data = file.subarray(at + 4, end);
    if (marker === APP1 && data.subarray(0, XMP_HEADER.length).equals(XMP_HEADER)) {
      return data.subarray(XMP_HEADER.length);
    }
    at = end;
  }
  return undefined;
}

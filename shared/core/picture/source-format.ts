import { rawInTiff } from './camera-raw.ts';
import { Failure } from '../failure.ts';
import type { Picture } from './picture.ts';

/**
 * The kind of a file is told from its bytes, never from its name or Content-Type. What is not on the list
 * never reaches a decoder: a 40 KB .svgz makes libvips take 1.5 GB for its header alone.
 */

const VIDEO = { refused: 'a video or an unknown ISO media file' };
const GZIP = { refused: 'a gzip file' };

/**
 * Latin-1 patterns on the first bytes; a dot stands for any byte. Where they come from: the formats' own
 * specifications; for RAW, shared-mime-info, LibRaw's identify.cpp and Clévy's description of CR3.
 */
const KNOWN: [RegExp, Picture['format'] | { refused: string }][] = [
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^\x89PNG\r\n\x1a\n/, 'png'],
  [/^GIF8[79]a/, 'gif'],
  [/^RIFF....WEBP/s, 'webp'],
  [/^II\*\0....CR/s, raw('Canon CR2')],
  [/^(II[*+]\0|MM\0[*+])/, 'tiff'],
  [/^....ftypavif/s, 'avif'],
  [/^....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/s, 'heic'],
  [/^....ftypavis/s, { refused: 'an animated AVIF' }],
  [/^....ftypcrx /s, raw('Canon CR3')],
  [/^....ftyp/s, VIDEO],
  [/^II\x1a\0\0\0HEAPCCDR/, raw('Canon CRW')],
  [/^FUJIFILMCCD-RAW/, raw('Fujifilm RAF')],
  [/^(IIR[OS]|MMOR)/, raw('Olympus ORF')],
  [/^IIU\0/, raw('Panasonic RW2')],
  [/^\0MRM/, raw('Minolta MRW')],
  [/^FOVb/, raw('Sigma X3F')],
  [/^(\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n)/, { refused: 'a JPEG XL picture' }],
  [/^(\xff\x4f\xff\x51|\0\0\0\x0cjP {2}\r\n\x87\n)/, { refused: 'a JPEG 2000 picture' }],
  [/^\0\0\x01\0[^\0]\0/, { refused: 'an icon (ICO)' }],
  [/^gimp xcf /, { refused: 'a GIMP file (XCF)' }],
  [/^P[1-7][\s#]/, { refused: 'a PNM picture' }],
  [/^#\?(RADIANCE|RGBE)/, { refused: 'a Radiance HDR picture' }],
  [/^v\/1\x01/, { refused: 'an OpenEXR picture' }],
  [/^\xc5\xd0\xd3\xc6/, { refused: 'a PostScript file' }],
  [/^BM/, { refused: 'a BMP picture' }],
  [/^8BPS/, { refused: 'a Photoshop file' }],
  [/^\x1f\x8b/, GZIP],
  [/^....(moov|mdat|wide|free|skip|pnot)/s, VIDEO],
  [/^\x1aE\xdf\xa3/, { refused: 'a video (Matroska or WebM)' }],
  [/^RIFF....AVI /s, { refused: 'a video (AVI)' }],
  [/^(\0\0\x01[\xb3\xba]|FLV\x01|0&\xb2u\x8ef\xcf\x11|OggS)/, { refused: 'a video or sound' }],
  [/^(ID3|fLaC|RIFF....WAVE)/s, { refused: 'a sound' }],
  [/^PK\x03\x04/, { refused: 'a zip file, or a document that is one' }],
];

/** The same for what is text: without a byte order mark, and UTF-16 without its zeros. */
const TEXTS: [RegExp, { refused: string }][] = [
  [/^\s*%PDF/, { refused: 'a PDF' }],
  // Printer drivers put ^D or commands of PJL before it.
  [/^(\s*|\x04|\x1b%-12345X[^%]*)%!PS/, { refused: 'a PostScript file' }],
  [/^\s*<(!DOCTYPE html|html)/i, { refused: 'an HTML page' }],
  [/^\s*<(\?xml|svg|!DOCTYPE|!--)/i, { refused: 'an SVG or XML text' }],
];

/** No signature is so long, but spaces may stand before one. */
const HEAD_BYTES = 1024;

/** Throws ORIGINAL_UNSUPPORTED, naming what came instead of a picture. */
export function sourceFormatOf(file: Buffer): Picture['format'] {
  const kind = kindOf(file);
  if (typeof kind === 'string') return kind;
  throw unsupported(kind?.refused ?? 'bytes of no known picture format');
}

/**
 * Throws ORIGINAL_UNSUPPORTED where the first bytes of a file are known to be something else: a video of 60 MB need not
 * be read for that. Not where they are unknown: nobody has compared them with a checksum yet. What is packed is unpacked
 * first.
 */
export function refuseByName(head: Buffer): void {
  const kind = kindOf(head);
  if (typeof kind === 'object' && kind !== GZIP) throw unsupported(kind.refused);
}

export function isPictureByBytes(head: Buffer): boolean {
  return typeof kindOf(head) === 'string';
}

function unsupported(received: string): Failure {
  return new Failure(
    'ORIGINAL_UNSUPPORTED',
    `expected a JPEG, PNG, WebP, AVIF, GIF, TIFF or HEIC picture, received ${received}`,
  );
}

function kindOf(file: Buffer) {
  const head = file.toString('latin1', 0, HEAD_BYTES);
  const text = head.replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '').replaceAll('\0', '');
  const kind =
    KNOWN.find(([signature]) => signature.test(head))?.[1] ??
    TEXTS.find(([signature]) => signature.test(text))?.[1];
  const camera = kind === 'tiff' ? rawInTiff(file) : undefined;
  return camera ? raw(camera) : kind;
}

function raw(kind: string): { refused: string } {
  return { refused: `a camera RAW file (${kind})` };
}

import { Failure } from './failure.ts';
import type { Picture } from './picture.ts';

/**
 * The kind of a file is told from its bytes, never from its name or Content-Type. What is not on the list
 * never reaches a decoder: a 40 KB .svgz makes libvips take 1.5 GB for its header alone.
 */

/** Latin-1 patterns on the first bytes; a dot stands for any byte. */
const KNOWN: [RegExp, Picture['format'] | { refused: string }][] = [
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^\x89PNG\r\n\x1a\n/, 'png'],
  [/^GIF8[79]a/, 'gif'],
  [/^RIFF....WEBP/s, 'webp'],
  [/^(II\*\0|MM\0\*)/, 'tiff'],
  [/^....ftypavif/s, 'avif'],
  [/^....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/s, 'heic'],
  [/^....ftypavis/s, { refused: 'an animated AVIF' }],
  [/^....ftyp/s, { refused: 'a video or an unknown ISO media file' }],
  [/^%PDF/, { refused: 'a PDF' }],
  [/^%!PS|^\xc5\xd0\xd3\xc6/, { refused: 'a PostScript file' }],
  [/^BM/, { refused: 'a BMP picture' }],
  [/^8BPS/, { refused: 'a Photoshop file' }],
  [/^\x1f\x8b/, { refused: 'a gzip file' }],
  [/^\s*<(\?xml|svg|!DOCTYPE)/i, { refused: 'an SVG or XML text' }],
];

const LONGEST_SIGNATURE = 64;

/** Throws ORIGINAL_UNSUPPORTED, naming what came instead of a picture. */
export function sourceFormatOf(file: Buffer): Picture['format'] {
  const head = file
    .subarray(0, LONGEST_SIGNATURE)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  const kind = KNOWN.find(([signature]) => signature.test(head))?.[1];
  if (typeof kind === 'string') return kind;
  const received = kind?.refused ?? 'bytes of no known picture format';
  throw new Failure(
    'ORIGINAL_UNSUPPORTED',
    `expected a JPEG, PNG, WebP, AVIF, GIF, TIFF or HEIC picture, received ${received}`,
  );
}

import { Failure } from '../failure.ts';
import { refuse } from './limits.ts';
import type { Picture } from './picture.ts';
import { directoryAt, firstDirectory, tiffReader, numberIn } from './tiff-reader.ts';

/** The samples of a TIFF's pixel: its colours, and whatever else a program put beside them. (TIFF 6.0, page 31) */
export interface Samples {
  space: string;
  depth: string;
  channels: number;
}

const EXTRA_SAMPLES = 338;
/** Associated and unassociated. 0 is no alpha, and neither is what nothing is said of. */
const ALPHA = [1, 2];

export function isFirstExtraAlpha(file: Buffer): boolean {
  const reader = tiffReader(file);
  const entry = directoryAt(reader, firstDirectory(reader)).get(EXTRA_SAMPLES);
  return entry !== undefined && ALPHA.includes(numberIn(reader, entry));
}

const TAGS = { bits: 258, photometric: 262 } as const;
/** Of PhotometricInterpretation: CIE's own, and two that put its numbers otherwise. (TIFF 6.0, section 23) */
const LABS: Record<number, string> = { 8: 'CIE Lab', 9: 'ICC Lab', 10: 'ITU Lab' };
const CIE = 8;

/** Throws ORIGINAL_UNSUPPORTED for what libvips reads none of, and would say nothing but that it cannot. */
export function refuseLab(file: Buffer): void {
  const reader = tiffReader(file);
  const entries = directoryAt(reader, firstDirectory(reader));
  const said = (tag: number) => {
    const entry = entries.get(tag);
    return entry === undefined ? 0 : numberIn(reader, entry);
  };
  const [photometric, bits] = [said(TAGS.photometric), said(TAGS.bits)];
  const kind = LABS[photometric];
  if (!kind || (photometric === CIE && bits > 8)) return;
  const message = `expected a TIFF in RGB, grey, CMYK, or CIE Lab of 16 bits or floats, received ${kind} of ${bits} bits`;
  throw new Failure('ORIGINAL_UNSUPPORTED', message);
}

const COLOURS: Record<string, number> = { 'b-w': 1, grey16: 1, cmyk: 4 };

function coloursOf({ space }: Samples): number {
  return COLOURS[space] ?? 3;
}

/** Whether there is more in it than colours and their alpha: a decoder takes the last sample for alpha. */
export function hasSurplus(samples: Samples, { format, alpha }: Picture): boolean {
  return format === 'tiff' && samples.channels > coloursOf(samples) + (alpha ? 1 : 0);
}

/** Such a picture is decoded at its own size before it is made smaller: 8 bytes and more for a pixel of deep samples. */
const DEEP_MEGAPIXELS = 50;

/** Floats and 16 bits are known to have one meaning; of signed and longer integers each program has its own. */
const DEPTHS = ['uchar', 'ushort', 'float'];

/** Throws ORIGINAL_UNSUPPORTED, and ORIGINAL_TOO_LARGE for what would take more memory than there is. */
export function refuseSamples(samples: Samples, picture: Picture): void {
  const { depth, space } = samples;
  if (picture.format !== 'tiff') return;
  if (!DEPTHS.includes(depth) && space !== 'labs') {
    const message = `expected a TIFF of 8 or 16 unsigned bits or of floats, received samples of the kind ${depth}`;
    throw new Failure('ORIGINAL_UNSUPPORTED', message);
  }
  const megapixels = (picture.width * picture.height) / 1e6;
  if (hasSurplus(samples, picture) && depth !== 'uchar' && megapixels > DEEP_MEGAPIXELS) {
    const expected = `at most ${DEEP_MEGAPIXELS} megapixels of a TIFF with further channels`;
    refuse(expected, `${picture.width}x${picture.height}`);
  }
}

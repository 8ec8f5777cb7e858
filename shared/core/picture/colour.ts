import { isDisplayP3, isSrgbProfile, profileCurves, profileMatrix, profileSpace } from './icc.ts';
import type { Cicp, Told } from './colour-told.ts';
import {
  type Chromaticities,
  isAlike,
  isWide,
  type Matrix,
  primariesOf,
  SRGB,
  SRGB_XYZ,
  xyzOf,
} from './primaries.ts';
import { isHdr, power, SRGB_TRANSFER, type Transfer, transferOf } from './transfer.ts';

/** What a decoder says of the pixels; sharp's names. */
export interface Pixels {
  space: string;
  depth: string;
  icc?: Buffer | undefined;
}

/** The numbers of a file, in light: a curve for each channel, or one for all, and a matrix to XYZ under D50. */
export interface Numbers {
  toXyz: Matrix;
  curves: [Transfer, ...Transfer[]];
}

/** What a picture's pixels mean. */
export interface Colour {
  /** sRGB: nothing is to be done. profile: the decoder follows the file's. numbers: as below, a profile or not. */
  by: 'srgb' | 'profile' | 'numbers';
  numbers?: Numbers;
  isWide: boolean;
  /** By a profile that files can carry on as it is. */
  isDisplayP3: boolean;
  isLimited: boolean;
  /** Samples that libvips takes for linear light, whatever they are. */
  isFloat: boolean;
}

/**
 * In this order, PNG's own and that of browsers: CICP, the ICC profile, PNG's sRGB, gAMA with cHRM, or what AV1 says
 * within the coded picture; else sRGB.
 * What is unknown, or of another colour space than the pixels, is passed over. (PNG, third edition, 4.3)
 */
export function colourOf(told: Told, pixels: Pixels): Colour {
  const isFloat = pixels.depth === 'float' && FLOAT_SPACES.includes(pixels.space);
  const rest = { isLimited: told.isLimited === true, isFloat };
  const numbers = byCicp(told.cicp);
  if (numbers) return { ...judged(numbers), ...rest };
  const icc = fitting(pixels, told);
  if (icc) return { ...byProfile(icc, needsNumbers(icc, pixels, rest)), ...rest };
  const described = told.isSrgb ? undefined : (byCicp(told.coded) ?? byGamma(told));
  return { ...judged(described ?? SRGB_DESCRIBED), ...rest };
}

const FLOAT_SPACES = ['scrgb', 'srgb', 'rgb', 'b-w'];

interface Described {
  points: Chromaticities;
  curve: Transfer;
}

const SRGB_DESCRIBED: Described = { points: SRGB, curve: SRGB_TRANSFER };

export const SRGB_NUMBERS: Numbers = { toXyz: SRGB_XYZ, curves: [SRGB_TRANSFER] };

/** Of a file that says nothing. */
export const SRGB_COLOUR: Colour = {
  by: 'srgb',
  isWide: false,
  isDisplayP3: false,
  isLimited: false,
  isFloat: false,
};

/** Both, or none of it counts: 2 is unspecified. */
function byCicp(cicp: Cicp | undefined): Described | undefined {
  const points = cicp && primariesOf(cicp.primaries);
  const curve = cicp && transferOf(cicp.transfer);
  return points && curve ? { points, curve } : undefined;
}

/** Gamma alone is of sRGB's primaries, primaries alone say nothing, as in browsers. */
function byGamma({ gamma, chromaticities }: Told): Described | undefined {
  if (!gamma || gamma < LEAST_GAMMA || gamma > MOST_GAMMA) return undefined;
  const points = chromaticities && xyzOf(chromaticities) ? chromaticities : SRGB;
  const isSrgb = isAlike(points, SRGB) && Math.abs(gamma - SRGB_GAMMA) < NEAR_SRGB;
  return { points, curve: isSrgb ? SRGB_TRANSFER : power(1 / gamma) };
}

const LEAST_GAMMA = 0.1;
const MOST_GAMMA = 10;
/** What writers of sRGB put into gAMA. (PNG, third edition, 11.3.2.5) */
const SRGB_GAMMA = 0.454_55;
const NEAR_SRGB = 0.005;

function judged({ points, curve }: Described): Omit<Colour, 'isLimited' | 'isFloat'> {
  const toXyz = xyzOf(points);
  const isSrgb = isAlike(points, SRGB) && curve === SRGB_TRANSFER;
  if (isSrgb || !toXyz) return { by: 'srgb', isWide: false, isDisplayP3: false };
  return {
    by: 'numbers',
    numbers: { toXyz, curves: [curve] },
    isWide: isWide(toXyz),
    isDisplayP3: false,
  };
}

/** The profile, if it is one for such pixels. */
function fitting({ icc, space }: Pixels, { isMonochrome }: Told): Buffer | undefined {
  const its = icc && profileSpace(icc);
  return its !== undefined && (its === SPACES[space] || (isMonochrome && its === GREY))
    ? icc
    : undefined;
}

const RGB = 'RGB ';
const GREY = 'GRAY';
const SPACES: Record<string, string> = {
  srgb: RGB,
  rgb: RGB,
  rgb16: RGB,
  scrgb: RGB,
  'b-w': GREY,
  grey16: GREY,
  cmyk: 'CMYK',
};

/** What libvips takes no profile for: grey in 16 bits or three channels, floats, and what has to be expanded first. */
function needsNumbers(
  icc: Buffer,
  { space }: Pixels,
  { isLimited, isFloat }: Pick<Colour, 'isLimited' | 'isFloat'>,
): boolean {
  const isOddGrey = profileSpace(icc) === GREY && space !== 'b-w';
  return isOddGrey || isLimited || isFloat;
}

function byProfile(icc: Buffer, asNumbers: boolean): Omit<Colour, 'isLimited' | 'isFloat'> {
  const isGrey = profileSpace(icc) === GREY;
  const toXyz = isGrey ? SRGB_XYZ : profileMatrix(icc);
  const wide = { isWide: !isGrey && toXyz !== undefined && isWide(toXyz) };
  if (!isGrey && isSrgbProfile(icc)) return { by: 'srgb', isWide: false, isDisplayP3: false };
  if (!asNumbers) return { by: 'profile', ...wide, isDisplayP3: isDisplayP3(icc) };
  const curves = profileCurves(icc);
  if (!toXyz || !curves) return { by: 'srgb', isWide: false, isDisplayP3: false };
  return { by: 'numbers', numbers: { toXyz, curves }, ...wide, isDisplayP3: false };
}

export function isHdrColour({ numbers }: Colour): boolean {
  return numbers?.curves.some(isHdr) ?? false;
}

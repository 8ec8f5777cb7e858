/** What the sequence header of a coded AV1 picture says of its colour. (AV1 Bitstream & Decoding Process, 5.3, 5.5) */
export interface SequenceColour {
  /** Undefined where the header leaves it out, which is 2, unspecified. */
  cicp?: { primaries: number; transfer: number };
  isFull: boolean;
}

/** Undefined where the bytes, of which the first few are enough, hold no whole sequence header. */
export function sequenceColourOf(coded: Buffer): SequenceColour | undefined {
  const header = sequenceHeaderIn(coded);
  if (!header) return undefined;
  const bits = bitsOf(header);
  const profile = bits.next(3);
  skipToColour(bits);
  const colour = colourConfig(bits, profile);
  return bits.areLeft() ? colour : undefined;
}

const SEQUENCE_HEADER = 1;
/** It comes first, but for a temporal delimiter and what a reader does not know. */
const MOST_OBUS = 8;

/** (5.3.1, 5.3.2) */
function sequenceHeaderIn(coded: Buffer): Buffer | undefined {
  let at = 0;
  for (let read = 0; read < MOST_OBUS && at < coded.length; read += 1) {
    const head = coded[at] ?? 0;
    const from = at + 1 + ((head >> 2) & 1);
    const hasSize = (head & 2) !== 0;
    const size = hasSize ? leb128(coded, from) : { bytes: 0, value: coded.length - from };
    const data = from + size.bytes;
    const isHeader = ((head >> 3) & 15) === SEQUENCE_HEADER;
    if (isHeader) return coded.subarray(data, data + size.value);
    at = data + size.value;
  }
  return undefined;
}

/** Seven bits a byte, the lowest first; of eight bytes at most. (4.10.5) */
function leb128(data: Buffer, from: number): { bytes: number; value: number } {
  let value = 0;
  for (let bytes = 0; bytes < 8; bytes += 1) {
    const byte = data[from + bytes] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * bytes);
    if ((byte & 0x80) === 0) return { bytes: bytes + 1, value };
  }
  return { bytes: 8, value };
}

/** Bits behind the end are zeros; whether there were any, `areLeft` says. */
function bitsOf(data: Buffer) {
  let at = 0;
  const next = (count: number): number => {
    let value = 0;
    for (let read = 0; read < count; read += 1) {
      value = value * 2 + (((data[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
      at += 1;
    }
    return value;
  };
  return { next, is: () => next(1) === 1, areLeft: () => at <= data.length * 8 };
}

type Bits = ReturnType<typeof bitsOf>;

/** Behind the profile, up to color_config. (5.5.1) */
function skipToColour(bits: Bits): void {
  bits.next(1);
  const isReduced = bits.is();
  if (isReduced) bits.next(5);
  else skipOperatingPoints(bits);
  const [width, height] = [bits.next(4) + 1, bits.next(4) + 1];
  bits.next(width + height);
  // delta_frame_id_length_minus_2, additional_frame_id_length_minus_1
  if (!isReduced && bits.is()) bits.next(7);
  // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
  bits.next(3);
  if (!isReduced) skipToolsOfVideo(bits);
  // enable_superres, enable_cdef, enable_restoration
  bits.next(3);
}

/** (5.5.1; 5.5.3, 5.5.4, 5.5.5 for the timing) */
function skipOperatingPoints(bits: Bits): void {
  const delayBits = bits.is() ? skipTiming(bits) : 0;
  const isDelayTold = bits.is();
  const points = bits.next(5) + 1;
  for (let point = 0; point < points; point += 1) {
    bits.next(12);
    if (bits.next(5) > 7) bits.next(1);
    if (delayBits > 0 && bits.is()) bits.next(2 * delayBits + 1);
    if (isDelayTold && bits.is()) bits.next(4);
  }
}

/** Returns how long the delays of each operating point are; 0 where they have none. */
function skipTiming(bits: Bits): number {
  bits.next(64);
  if (bits.is()) skipUvlc(bits);
  if (!bits.is()) return 0;
  const delayBits = bits.next(5) + 1;
  bits.next(32 + 5 + 5);
  return delayBits;
}

/** (4.10.3) */
function skipUvlc(bits: Bits): void {
  let zeros = 0;
  while (zeros < 32 && !bits.is()) zeros += 1;
  if (zeros < 32) bits.next(zeros);
}

function skipToolsOfVideo(bits: Bits): void {
  // enable_interintra_compound, enable_masked_compound, enable_warped_motion, enable_dual_filter
  bits.next(4);
  const hasOrder = bits.is();
  if (hasOrder) bits.next(2);
  const canBeScreen = bits.is() || bits.is();
  // seq_choose_integer_mv, seq_force_integer_mv
  if (canBeScreen && !bits.is()) bits.next(1);
  if (hasOrder) bits.next(3);
}

const MAIN_444 = 1;
const PROFESSIONAL = 2;
/** RGB as it is: full range, which is not said. */
const SRGB = { primaries: 1, transfer: 13, matrix: 0 };

/** (5.5.2) */
function colourConfig(bits: Bits, profile: number): SequenceColour {
  const isDeep = bits.is();
  if (profile === PROFESSIONAL && isDeep) bits.next(1);
  const isGrey = profile !== MAIN_444 && bits.is();
  if (!bits.is()) return { isFull: bits.is() };
  const [primaries, transfer, matrix] = [bits.next(8), bits.next(8), bits.next(8)];
  const isRgb =
    primaries === SRGB.primaries && transfer === SRGB.transfer && matrix === SRGB.matrix;
  return { cicp: { primaries, transfer }, isFull: (isRgb && !isGrey) || bits.is() };
}

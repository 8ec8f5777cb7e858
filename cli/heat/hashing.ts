/** Two halves of 64 bits over a key's bytes: enough to tell 10^8 keys apart, and nothing that a secret hangs on. */
export interface Hash {
  high: number;
  low: number;
}

/** Where a key lies, and whether it is encoded as in a URL. */
export interface KeyBytes {
  bytes: Buffer;
  start: number;
  end: number;
  isEncoded: boolean;
}

const PERCENT = 0x25;

/** Of a key within a URL, percent-encoded bytes count as what they mean; what is no such code, as it is. */
export function hashBytes({ bytes, start, end, isEncoded }: KeyBytes, into: Hash): void {
  let high = 0x811c9dc5 | 0;
  let low = 0x9747b28c | 0;
  for (let at = start; at < end; at += 1) {
    let byte = bytes[at] ?? 0;
    if (isEncoded && byte === PERCENT && at + 2 < end) {
      const code = hex(bytes[at + 1]) * 16 + hex(bytes[at + 2]);
      if (code >= 0) {
        byte = code;
        at += 2;
      }
    }
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ (low >>> 15) ^ byte, 0x85ebca6b);
  }
  into.high = mixed(high ^ (low >>> 16));
  into.low = mixed(low);
}

/** All bits of a number depend on all of it. */
export function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Far below 0 of what is no digit. */
function hex(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1000;
}

/**
 * SHA-256 of a text in UTF-8, FIPS 180-4, as hex. Its own, since a version must be there at once: Web Crypto answers
 * later and only on https, and mini-programs have none.
 */
export function sha256(text: string): string {
  const state = roots(8, 1 / 2);
  const words = padded(inUtf8(text));
  for (let at = 0; at < words.length; at += 16) compress(state, words.slice(at, at + 16));
  return state.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The first 32 bits of the fractions of the first primes' roots. */
function roots(count: number, exponent: number): number[] {
  const found: number[] = [];
  const primes: number[] = [];
  for (let n = 2; found.length < count; n += 1) {
    if (primes.some(prime => n % prime === 0)) continue;
    primes.push(n);
    found.push(((n ** exponent % 1) * 2 ** 32) | 0);
  }
  return found;
}

const constants = roots(64, 1 / 3);

/** A character for each byte. */
function inUtf8(text: string): string {
  const encoded = encodeURIComponent(text);
  return encoded.replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function padded(text: string): number[] {
  const words: number[] = Array(((text.length + 72) >> 6) * 16).fill(0);
  for (let at = 0; at <= text.length; at += 1) {
    const byte = at < text.length ? text.charCodeAt(at) : 0x80;
    words[at >> 2] = wordAt(words, at >> 2) | (byte << (24 - 8 * (at & 3)));
  }
  words[words.length - 1] = text.length * 8;
  return words;
}

const wordAt = (words: number[], index: number): number => words[index] ?? 0;

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

function compress(state: number[], w: number[]): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i += 1) {
    if (i > 15) w[i] = scheduled(w, i);
    const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + wordAt(constants, i) + wordAt(w, i)) | 0;
    const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(t1 + t2) | 0, a, b, c, (d + t1) | 0, e, f, g];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries())
    state[i] = (wordAt(state, i) + word) | 0;
}

function scheduled(w: number[], i: number): number {
  const x = wordAt(w, i - 15);
  const y = wordAt(w, i - 2);
  const s0 = turned(x, 7) ^ turned(x, 18) ^ (x >>> 3);
  const s1 = turned(y, 17) ^ turned(y, 19) ^ (y >>> 10);
  return (wordAt(w, i - 16) + s0 + wordAt(w, i - 7) + s1) | 0;
}

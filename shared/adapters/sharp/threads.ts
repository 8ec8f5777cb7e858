import sharp from 'sharp';

// One thread for each encoder: two of one thread each finish 1.5 times sooner than one of two, and AVIF's
// bytes depend on the number of threads, so it is pinned for outputs to be reproducible.
const ENCODER_THREADS = 1;
// A decode has nobody beside it: a second thread ends it some 15 % sooner for 5 % more CPU, a third gains nothing.
const DECODER_THREADS = 2;
sharp.concurrency(ENCODER_THREADS);
sharp.cache(false);

/** Encodes under way in this process: sharp's number of threads is one for all of them, so it stays as they found it. */
let encoding = 0;

/** Called where a decode is about to start. */
export function decoding(): void {
  if (encoding === 0) sharp.concurrency(DECODER_THREADS);
}

export async function asEncoder<T>(encode: () => Promise<T>): Promise<T> {
  encoding += 1;
  sharp.concurrency(ENCODER_THREADS);
  try {
    return await encode();
  } finally {
    encoding -= 1;
  }
}

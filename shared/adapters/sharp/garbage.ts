import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/**
 * Lets go of pixels that nobody holds any more. Node.js would do so when it allocates, but what libvips allocates it
 * does not see: those of the picture before were still there, some 500 MB, while the next one was decoded.
 */
export function letGoOfGarbage(): void {
  collect ??= exposed();
  collect();
}

/** From so much on it is worth some ten milliseconds to look for it. */
const MUCH_BYTES = 100e6;
let left = 0;

/** For whoever lets go of pixels again and again, such as the frames of an animation. */
export function leftBehind(bytes: number): void {
  left += bytes;
  if (left < MUCH_BYTES) return;
  left = 0;
  letGoOfGarbage();
}

/** V8 takes the flag at any time, for contexts made after it. (node:v8, setFlagsFromString) */
function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

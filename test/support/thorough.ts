/** What is long for its numbers runs at small ones, and at large ones where DARKROOM_TEST_THOROUGH is 1, as at the end of .ci/run. */
export const isThorough = process.env.DARKROOM_TEST_THOROUGH === '1';

export function numbered(small: number, large: number): number {
  return isThorough ? large : small;
}

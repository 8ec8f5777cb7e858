import { expect, it } from 'vitest';
import { wholeOf } from '../../studio/whole.ts';
import type { PhotoFile } from '../../studio/wire.ts';

const size = { width: 1600, height: 1200, format: 'jpeg' };
const fileOf = (width: number, height: number, other: Partial<PhotoFile> = {}): PhotoFile => ({
  ...{
    preset: 'feed',
    format: 'jpeg',
    state: 'rendered',
    why: '',
    url: `http://localhost:1/${width}`,
  },
  ...{ width, height },
  ...other,
});

it.each([
  ['the smallest that fills a screen', [fileOf(240, 180), fileOf(960, 720), fileOf(480, 360)], 480],
  ['none that is cropped', [fileOf(480, 480), fileOf(960, 720)], 960],
  [
    'none that is made when it is asked for',
    [fileOf(480, 360, { state: 'missing' }), fileOf(960, 720)],
    960,
  ],
  ['none that a browser may not show', [fileOf(480, 360, { format: 'avif' })], undefined],
])('a focus is clicked on %s', (_, files, width) => {
  expect(wholeOf({ size, files })?.width).toBe(width);
});

import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../../shared/core/failure.ts';
import { codec } from '../../../support/codec.ts';
import { decoded, one } from '../../../support/developing.ts';
import { FLAT, heicGrid, TEXTURED } from '../../../support/heic-grid.ts';
import { expectNear } from '../../../support/pixels.ts';

const list = one('widths: [64], formats: { png: {} }');

/** Any tile is one colour, (200, 60, 40). */
const flat = (columns: number, rows: number, more: object = {}) =>
  heicGrid({ tile: FLAT, columns, rows, ...more });

/** 240 times one tile that says it is large, behind a canvas that is not. */
const MOSTLY_HIDDEN = heicGrid({
  tile: { ...TEXTURED, side: 4096 },
  columns: 16,
  rows: 15,
  items: 1,
  width: 64,
  height: 64,
  said: [64, 64],
});

const pixelsAt = ({ data, channels }: { data: Buffer; channels: number }, at: number) => [
  ...data.subarray(at * channels, at * channels + channels),
];

describe('a HEIC in tiles', () => {
  it.each([
    ['is as large as all of them', {}, [192, 128]],
    ['is cut off where the grid ends', { width: 150, height: 90, said: [150, 90] }, [150, 90]],
  ])('%s', async (_, more, [width, height]) => {
    const { picture, raster } = await decoded(flat(3, 2, more), list);
    expect(picture).toMatchObject({ format: 'heic', width, height, alpha: false });
    for (const at of [0, raster.width * raster.height - 1]) {
      expectNear(pixelsAt(raster, at), [200, 60, 40], 4);
    }
  });

  it('may have its alpha in tiles, too', async () => {
    const { picture, raster } = await decoded(flat(2, 2, { isTransparent: true }), list);
    expect(picture.alpha).toBe(true);
    // The same tile is its alpha, by its luma: about 100.
    expect(Math.abs((pixelsAt(raster, 0)[3] ?? 0) - 100)).toBeLessThan(8);
  });
});

describe('a HEIC whose tiles are none of a picture', () => {
  it.each<[string, Buffer, string]>([
    ['fewer than it has places', flat(2, 2, { tiles: 3 }), 'ORIGINAL_UNDECODABLE'],
    ['more than it has places', flat(2, 2, { tiles: 9 }), 'ORIGINAL_UNDECODABLE'],
    ['none', flat(2, 2, { tiles: 0 }), 'ORIGINAL_UNDECODABLE'],
    ['the grid itself', flat(2, 2, { isOfItself: true }), 'ORIGINAL_UNDECODABLE'],
    [
      '65,025 items',
      flat(255, 255, { width: 64, height: 64, said: [64, 64] }),
      'ORIGINAL_UNDECODABLE',
    ],
    ['65,025 times one', flat(255, 255, { items: 1, said: [64, 64] }), 'ORIGINAL_UNDECODABLE'],
    [
      'smaller in sum than the grid',
      flat(2, 2, { width: 999, height: 999, said: [999, 999] }),
      'ORIGINAL_UNDECODABLE',
    ],
    ['of a grid that says another size', flat(2, 2, { said: [10, 10] }), 'ORIGINAL_UNDECODABLE'],
    [
      'of a grid of ten gigapixels',
      flat(2, 2, { width: 1e5, height: 1e5, said: [128, 128] }),
      'ORIGINAL_UNDECODABLE',
    ],
    ['of a grid that says ten gigapixels', flat(2, 2, { said: [1e5, 1e5] }), 'ORIGINAL_TOO_LARGE'],
    [
      'far more than is shown of them',
      heicGrid({
        tile: TEXTURED,
        columns: 15,
        rows: 15,
        width: 64,
        height: 64,
        said: [64, 64],
      }),
      'accepted',
    ],
    ['as many, and each says that it is large', MOSTLY_HIDDEN, 'ORIGINAL_TOO_LARGE'],
    [
      'an alpha of large tiles beside a small picture',
      heicGrid({
        tile: { ...TEXTURED, side: 9000 },
        columns: 1,
        rows: 1,
        width: 64,
        height: 64,
        said: [64, 64],
        isTransparent: true,
      }),
      'ORIGINAL_TOO_LARGE',
    ],
  ])('is refused as the input’s fault, or shown: %s', async (_, file, outcome) => {
    const ended = await decoded(file, list).then(
      () => ({ code: 'accepted', kind: 'input' }),
      failureOf,
    );
    expect(ended).toMatchObject({ code: outcome, kind: 'input' });
  });

  it('is known from the header where it would take long', async () => {
    await expect(codec.inspect(MOSTLY_HIDDEN, list)).rejects.toMatchObject({
      message: 'expected at most 64 megapixels in the parts of a picture, received 4027',
    });
  });
});

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { caseOf, casesFolder, NUMBERS, quartersOf } from '../../../support/colours.ts';
import { decoded, one, rendered } from '../../../support/developing.ts';
import { expectNear } from '../../../support/pixels.ts';
import { type Drawing, tiff } from '../../../support/tiffs.ts';

const ALPHAS = [0, 128, 255, 255];

const withExtras = (...extras: number[][]) =>
  NUMBERS.map((colours, at) => [...colours, ...extras.map(extra => extra[at] ?? 0)]);
const deep = (samples: number[][]) => samples.map(quarter => quarter.map(value => value * 257));
const grey = (samples: number[][]) => samples.map(([first = 0]) => [first, first, first]);

const list = (width: number) => one(`widths: [${width}], formats: { png: {} }`);

/** At its own size, and made smaller. */
async function expectShown(file: Buffer, colours: number[][], alphas?: number[]): Promise<void> {
  for (const width of [64, 32]) {
    const output = await rendered(file, list(width));
    const { data, info } = await sharp(output).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.channels]).toEqual([width, alphas ? 4 : 3]);
    for (const [at, quarter] of (await quartersOf(output)).entries()) {
      if (alphas?.[at] !== 0) expectNear(quarter, colours[at] ?? [], 8);
    }
    const places = [0, info.width - 1, (info.height - 1) * info.width];
    const found = places.map(pixel => data[pixel * info.channels + 3] ?? 0);
    if (alphas) expectNear(found, alphas.slice(0, 3), 2);
  }
}

describe('the samples of a TIFF beside its colours', () => {
  const others = [9, 200, 30, 100];
  it.each<[string, Drawing]>([
    ['an alpha and one more', { samples: withExtras(ALPHAS, others), extra: [2, 0] }],
    ['both said to be alpha', { samples: withExtras(ALPHAS, others), extra: [2, 2] }],
    ['16 bits', { samples: deep(withExtras(ALPHAS, others)), extra: [2, 0], kind: 'uint16' }],
    ['a BigTIFF', { samples: withExtras(ALPHAS, others), extra: [2, 0], isBig: true }],
    ['alpha alone', { samples: withExtras(ALPHAS), extra: [2] }],
  ])('are alpha if the first is: %s', async (_, drawing) => {
    await expectShown(tiff(drawing), NUMBERS, ALPHAS);
  });

  it.each<[string, Drawing]>([
    ['unspecified', { samples: withExtras(ALPHAS), extra: [0] }],
    ['unspecified, then alpha', { samples: withExtras(others, ALPHAS), extra: [0, 2] }],
    ['unknown', { samples: withExtras(ALPHAS), extra: [999] }],
    ['nothing said', { samples: withExtras(ALPHAS, others) }],
  ])('are dropped if the first is none: %s', async (_, drawing) => {
    await expectShown(tiff(drawing), NUMBERS);
  });

  it.each<[string, 'uint8' | 'uint16' | 'float', (samples: number[][]) => number[][]]>([
    ['8 bits', 'uint8', samples => samples],
    ['16 bits', 'uint16', deep],
    ['floats', 'float', samples => samples.map(quarter => quarter.map(value => value / 255))],
  ])('multiply the colours where they are associated, in %s', async (_, kind, of) => {
    const unassociated = withExtras(ALPHAS);
    const associated = NUMBERS.map((colours, at) => {
      const alpha = ALPHAS[at] ?? 0;
      return [...colours.map(value => Math.round((value * alpha) / 255)), alpha];
    });
    await expectShown(tiff({ samples: of(unassociated), extra: [2], kind }), NUMBERS, ALPHAS);
    await expectShown(tiff({ samples: of(associated), extra: [1], kind }), NUMBERS, ALPHAS);
  });

  it('go with grey too', async () => {
    const samples = withExtras(ALPHAS, others).map(([first = 0, , , ...rest]) => [first, ...rest]);
    await expectShown(tiff({ samples, photometric: 1, extra: [2, 0] }), grey(NUMBERS), ALPHAS);
    await expectShown(tiff({ samples, photometric: 1, extra: [0, 0] }), grey(NUMBERS));
  });

  it('are refused as the input’s fault where there are more than sharp takes', async () => {
    const samples = withExtras(ALPHAS, others, others, others);
    const drawn = tiff({ samples, extra: [2, 0, 0, 0] });
    await expect(decoded(drawn, list(64))).rejects.toMatchObject({ kind: 'input' });
  });
});

describe('a TIFF of another kind', () => {
  it.each([false, true])('is a BigTIFF, in either order: %s', async isBigEndian => {
    await expectShown(tiff({ isBig: true, isBigEndian }), NUMBERS);
  });

  it('is Lab in 16 bits, or in floats', async () => {
    const samples = [
      [50, 40, 30],
      [80, -40, 10],
      [40, 20, -50],
      [90, 0, 0],
    ];
    const shown = [
      [190, 88, 70],
      [112, 218, 178],
      [65, 88, 177],
      [227, 227, 227],
    ];
    await expectShown(tiff({ samples, photometric: 8, kind: 'float' }), shown);
  });

  it.each<[string, Drawing]>([
    ['signed', { kind: 'int16' }],
    ['of 32 bits', { kind: 'uint32' }],
  ])('is refused by name where its numbers have no one meaning: %s', async (_, drawing) => {
    await expect(decoded(tiff(drawing), list(64))).rejects.toMatchObject({
      code: 'ORIGINAL_UNSUPPORTED',
      message: expect.stringContaining('samples of the kind'),
    });
  });

  it.each<[string, Drawing]>([
    ['CIE Lab of 8 bits', { photometric: 8 }],
    ['ICC Lab of 8 bits', { photometric: 9 }],
    ['ITU Lab of 16 bits', { photometric: 10, kind: 'uint16' }],
  ])('is refused by name in a Lab that nobody here reads: %s', async (named, drawing) => {
    await expect(decoded(tiff(drawing), list(64))).rejects.toMatchObject({
      code: 'ORIGINAL_UNSUPPORTED',
      message: `expected a TIFF in RGB, grey, CMYK, or CIE Lab of 16 bits or floats, received ${named}`,
    });
  });

  it.each<[string, Drawing]>([
    ['doubles', { kind: 'double' }],
    ['a mask', { samples: NUMBERS.map(quarter => quarter.slice(0, 1)), photometric: 4 }],
    ['two colours of RGB', { samples: NUMBERS.map(quarter => quarter.slice(0, 2)) }],
    ['an unknown photometric', { photometric: 99 }],
  ])('is never our fault: %s', async (_, drawing) => {
    await expect(decoded(tiff(drawing), list(64))).rejects.toMatchObject({ kind: 'input' });
  });
});

const suite = casesFolder
  ? 'the drawn cases'
  : 'drawn cases: neither DARKROOM_CASES nor ../shared/cases/rendering is there';

describe.runIf(casesFolder)(suite, () => {
  it.each<[string, number[][], number[]?]>([
    ['tif-rgb-2alpha-8.tif', NUMBERS, [0, 255, 255, 255]],
    ['tif-grey-2extra.tif', grey(NUMBERS), [0, 255, 255, 255]],
    ['tif-extra-unspecified.tif', NUMBERS],
  ])('%s', async (name, colours, alphas) => {
    await expectShown(caseOf(name), colours, alphas);
  });
});

import fc from 'fast-check';
import sharp, { type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../../shared/core/failure.ts';
import { unsaidAvif } from '../../../support/avifs.ts';
import { apng } from '../../../support/apng.ts';
import { codec } from '../../../support/codec.ts';
import { caseOf, casesFolder } from '../../../support/colours.ts';
import { decoded, one, variantsFor } from '../../../support/developing.ts';
import { gif } from '../../../support/gifs.ts';
import { FLAT, heicGrid } from '../../../support/heic-grid.ts';
import { quarters, ultraHdr } from '../../../support/originals.ts';
import { numbered } from '../../../support/thorough.ts';
import { tiff } from '../../../support/tiffs.ts';

/** No property of an input is ever our fault: it is a picture, or a Failure of the kind `input`. */

const drawn = () => quarters(32, 24);
const frames = () =>
  sharp(
    ['#ff0000', '#00ff00'].map(background => ({
      create: { width: 32, height: 24, channels: 4 as const, background },
    })) as unknown as SharpInput[],
    { join: { animated: true } },
  );
const exif = { IFD0: { Copyright: 'somebody' } };

const ORIGINALS: Record<string, () => Promise<Buffer> | Buffer> = {
  jpeg: () => drawn().withIccProfile('p3').withExif(exif).jpeg().toBuffer(),
  'ultra hdr': () => ultraHdr(exif),
  'progressive jpeg': () => drawn().jpeg({ progressive: true }).toBuffer(),
  png: () => drawn().withIccProfile('p3').withExif(exif).png().toBuffer(),
  'palette png': () => drawn().png({ palette: true }).toBuffer(),
  apng: () => apng({ width: 32, height: 24, loop: 0, delays: [1, 1, 1] }),
  webp: () => drawn().withExif(exif).webp().toBuffer(),
  'animated webp': () => frames().webp().toBuffer(),
  gif: () => drawn().gif().toBuffer(),
  'animated gif': () => frames().gif().toBuffer(),
  'gif of 256 colours, cleared': () =>
    gif(
      [
        { place: [0, 0, 64, 48], disposal: 2 },
        { place: [9, 9, 20, 20], colour: 1, disposal: 3 },
      ],
      0,
      8,
    ),
  avif: () => drawn().withExif(exif).avif({ effort: 0 }).toBuffer(),
  'grey avif': () => unsaidAvif('grey'),
  'grey avif in tiles': () => unsaidAvif('greyInTiles'),
  tiff: () => drawn().tiff({ compression: 'lzw' }).toBuffer(),
  'tiled tiff': () => drawn().tiff({ tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
  'tiff of five channels': () =>
    tiff({ samples: [1, 2, 3, 4].map(at => [at * 9, 7, 99, at, 5]), extra: [2, 0] }),
  'big tiff': () => tiff({ isBig: true }),
  'float tiff': () => tiff({ kind: 'float' }),
  'heic in tiles': () => heicGrid({ tile: FLAT, columns: 2, rows: 2, isTransparent: true }),
  ...(casesFolder ? { heic: () => caseOf('heic-exif6-noirot.heic') } : {}),
};

/** A share of the file: half of them in its first bytes, where headers are. */
const place = fc.oneof(
  fc.nat({ max: 999 }).map(share => (length: number) => Math.floor((length * share) / 1000)),
  fc.nat({ max: 300 }).map(at => (length: number) => Math.min(at, length - 1)),
);

const mutation = fc.oneof(
  fc.record({
    kind: fc.constant('set' as const),
    place,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant('set' as const),
    place,
    bytes: fc.constantFrom(
      [0],
      [255],
      [127, 255, 255, 255],
      [255, 255, 255, 255],
      [0, 0, 0, 0],
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ),
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    place,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('remove' as const),
    place,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), place, bytes: fc.constant([]) }),
);

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(file: Buffer, { kind, place: at, bytes }: Mutation): Buffer {
  const from = at(file.length);
  const [before, given] = [file.subarray(0, from), Buffer.from(bytes)];
  if (kind === 'cut') return before;
  if (kind === 'insert') return Buffer.concat([before, given, file.subarray(from)]);
  if (kind === 'remove') return Buffer.concat([before, file.subarray(from + given.length)]);
  return Buffer.concat([before, given, file.subarray(from + given.length)]);
}

const SMALL = 'limits: { megapixels: 4, frames: 20, animationMegapixels: 8 }';
const preset = (rest: string) =>
  one(
    `widths: [16], colour: p3, hdr: keep, formats: { webp: { animated: true }, jpeg: {} }`,
    `${SMALL}\n${rest}`,
  );
const LISTS = [preset(''), preset('truncated: salvage')];

/** What is thrown that is not the input's fault. */
async function blameOf(file: Buffer): Promise<string | undefined> {
  for (const list of LISTS) {
    try {
      const { picture, raster } = await decoded(file, list);
      await codec.placeholder(raster);
      for (const variant of variantsFor(picture, list)) {
        if (variant.impossible) continue;
        if (variant.fromFile) await codec.encodeFromFile(file, variant, picture);
        else await codec.encode(await codec.resize(raster, variant), variant, picture);
      }
    } catch (thrown) {
      const { kind, stack, cause } = failureOf(thrown);
      if (kind !== 'input') return `${stack}\n${cause}`;
    }
  }
  return undefined;
}

describe('a picture that is damaged', () => {
  // HEIC starts a thread for each, with libheif anew in it.
  const runsOf = (name: string) => (name.startsWith('heic') ? numbered(3, 20) : numbered(25, 200));

  it.each(Object.entries(ORIGINALS))(
    'is a picture, or the input’s fault: %s',
    async (name, draw) => {
      const whole = await draw();
      const property = fc.asyncProperty(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        async mutations => {
          const file = mutations.reduce(
            (bytes, one) => (bytes.length > 0 ? mutated(bytes, one) : bytes),
            whole,
          );
          expect(await blameOf(file), file.toString('base64').slice(0, 4000)).toBeUndefined();
        },
      );
      await fc.assert(property, { numRuns: runsOf(name) });
    },
  );
});

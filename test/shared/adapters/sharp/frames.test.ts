import sharp, { type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { framesShown } from '../../../../shared/core/set/shown.ts';
import type { Raster } from '../../../../shared/ports.ts';
import { apng } from '../../../support/apng.ts';
import { codec } from '../../../support/codec.ts';
import { one, plain, rendered } from '../../../support/developing.ts';
import { gif } from '../../../support/gifs.ts';
import { expectNear } from '../../../support/pixels.ts';

const PRESET = 'widths: [64], formats: { webp: { animated: true, quality: 100 } }';
const WHOLE = one(PRESET);

/** Frames with a colour of their own each. */
const joined = (count: number) =>
  sharp(
    Array.from({ length: count }, (_, frame) => ({
      create: {
        width: 64,
        height: 48,
        channels: 3 as const,
        background: { r: frame * 20, g: 250 - frame * 20, b: 128 },
      },
    })) as unknown as SharpInput[],
    { join: { animated: true } },
  );

const files: [string, () => Promise<Buffer>][] = [
  ['GIF', () => joined(12).gif().toBuffer()],
  ['WebP', () => joined(12).webp({ lossless: true }).toBuffer()],
  ['WebP on its side', () => onItsSide()],
  ['APNG', async () => apng({ width: 64, height: 48, loop: 0, delays: Array(11).fill(100) })],
  ['GIF whose frames are cleared', async () => gif(cleared)],
  ['GIF of which each colour is used', async () => gif(cleared, 1)],
];
const cleared = [0, 1, 2, 3, 2, 1].map(colour => ({
  place: [colour * 8, 0, 32, 48] as [number, number, number, number],
  colour,
  disposal: 2,
}));

const onItsSide = () =>
  joined(4).webp({ lossless: true }).withExif({}).withMetadata({ orientation: 6 }).toBuffer();

async function shownOf(file: Buffer): Promise<{ frames: Raster[]; at: number[] }> {
  const picture: Picture = await codec.inspect(file, plain);
  const which = framesShown(file, picture);
  if (!which) throw new Error('expected an animation');
  return { frames: await codec.frames(file, picture, which), at: which.at };
}

const placesIn = ({ data, width, height, channels }: Raster): number[][] =>
  [0.2, 0.8].flatMap(y =>
    [0.2, 0.8].map(x => {
      const at = (Math.floor(height * y) * width + Math.floor(width * x)) * channels;
      const alpha = channels === 4 ? (data[at + 3] ?? 0) : 255;
      // What is transparent has any colour.
      return alpha === 0 ? [0, 0, 0, 0] : [...data.subarray(at, at + 3), alpha];
    }),
  );

describe('frames of an animation for whoever judges it', () => {
  it.each(files)('are what an animated file of it shows then, of a %s', async (_, fileOf) => {
    const file = await fileOf();
    const { frames, at } = await shownOf(file);
    const animated = await rendered(file, WHOLE);
    expect(frames).toHaveLength(at.length);
    for (const [index, page] of at.entries()) {
      const { data, info } = await sharp(animated, { page })
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const frame = frames[index];
      if (!frame) throw new Error('expected a frame');
      expect([frame.width, frame.height]).toEqual([info.width, info.height]);
      const there = placesIn({ ...info, data, channels: 4 });
      for (const [place, colour] of placesIn(frame).entries()) {
        expectNear(colour, there[place] ?? [], 12);
      }
    }
  });

  it('are those that are asked for where there are more than are decoded at once', async () => {
    const size = { width: 600, height: 400 };
    const colourAt = (frame: number) => [frame * 2, 250 - frame * 2, 128] as const;
    const inputs = Array.from({ length: 120 }, (_, frame) => {
      const [r, g, b] = colourAt(frame);
      return { create: { ...size, channels: 3 as const, background: { r, g, b } } };
    });
    const all = sharp(inputs as unknown as SharpInput[], { join: { animated: true } });
    const { frames, at } = await shownOf(await all.webp({ lossless: true, effort: 0 }).toBuffer());
    expect(at.at(-1)).toBe(119);
    for (const [index, frame] of at.entries()) {
      expectNear(placesIn(frames[index]!)[0] ?? [], [...colourAt(frame), 255], 3);
    }
  });

  it.each(files)('are there wherever an animated file of a damaged %s is', async (_, fileOf) => {
    const whole = await fileOf();
    const salvaging = one(PRESET, 'truncated: salvage');
    const damaged = Array.from({ length: 12 }, (_, step) => {
      const place = Math.round(whole.length * (0.2 + step * 0.065));
      const broken = Buffer.from(whole);
      broken.fill(0x55, place, place + 9);
      return [whole.subarray(0, place), broken];
    }).flat();
    let animations = 0;
    for (const file of [whole, ...damaged]) {
      const [animated, shown] = await Promise.allSettled([
        rendered(file, salvaging),
        codec.inspect(file, salvaging).then(picture => {
          const which = framesShown(file, picture);
          return which ? codec.frames(file, picture, which) : undefined;
        }),
      ]);
      if (animated.status === 'rejected') continue;
      animations += 1;
      expect(shown.status).toBe('fulfilled');
    }
    expect(animations).toBeGreaterThan(0);
  });
});

describe('what is shown to whoever judges', () => {
  it('of frames is one picture of them, row by row, and the hash is that of the first', async () => {
    const { frames } = await shownOf(await joined(7).webp({ lossless: true }).toBuffer());
    const [sheet, alone] = [
      await codec.forModeration(frames),
      await codec.forModeration([frames[0]!]),
    ];
    expect(sheet.phash).toBe(alone.phash);
    const { data, info } = await sharp(sheet.jpeg).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 192, height: 144, channels: 3 });
    for (let frame = 0; frame < 9; frame += 1) {
      const [x, y] = [(frame % 3) * 64 + 32, Math.floor(frame / 3) * 48 + 24];
      const at = (y * info.width + x) * 3;
      const colour = frame < 7 ? [frame * 20, 250 - frame * 20, 128] : [255, 255, 255];
      expectNear([...data.subarray(at, at + 3)], colour, 8);
    }
  });

  it('is a JPEG of 1,000 pixels of a photo, and longer of a long picture', async () => {
    const sizeOf = async (width: number, height: number) => {
      const data = Buffer.alloc(width * height * 3, 99);
      const { jpeg } = await codec.forModeration([{ data, width, height, channels: 3 }]);
      const shown = await sharp(jpeg).metadata();
      return [shown.format, shown.width, shown.height];
    };
    expect(await sizeOf(2000, 1500)).toEqual(['jpeg', 1000, 750]);
    expect(await sizeOf(700, 10_000)).toEqual(['jpeg', 400, 5714]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type SharpInput } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { PresetList } from '../../../../shared/core/list/preset-list.ts';
import { placed } from '../../../../shared/core/set/crops.ts';
import { findRegions } from '../../../../shared/pipeline/develop/find-regions.ts';
import type { Raster } from '../../../../shared/ports.ts';
import { apng } from '../../../support/apng.ts';
import { codec } from '../../../support/codec.ts';
import { decoded, one, rendered, variantsFor } from '../../../support/developing.ts';
import { meanDifference } from '../../../support/likeness.ts';
import { quarters, starfishPhoto } from '../../../support/originals.ts';
import { photosFolder } from '../../../support/photos.ts';
import { BLUE, expectNear, GREEN, pixel, RED, WHITE } from '../../../support/pixels.ts';

/** What the files of a list's first preset show, and their pixels. */
async function cropsOf(file: Buffer, list: PresetList) {
  const { picture, raster } = await decoded(file, list);
  const variants = variantsFor(picture, list).filter(({ impossible }) => !impossible);
  const regions = await findRegions(new Map(), { raster, picture, variants }, codec);
  const crops = variants.map(variant => placed(variant, regions));
  return {
    regions: crops.map(({ region }) => region),
    rasters: await Promise.all(crops.map(variant => codec.resize(raster, variant))),
  };
}

async function thumbnailOf({ data, width, height, channels }: Raster): Promise<Buffer> {
  return await sharp(data, { raw: { width, height, channels } })
    .resize({ width: 30, height: 10, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
}

describe('a crop that is searched for', () => {
  it.each(['attention', 'entropy'])('shows the same part in all widths: %s', async gravity => {
    const preset = `widths: [96, 480, 1080], aspect: '3:1', fit: cover, gravity: ${gravity}, formats: { jpeg: {} }`;
    const { rasters } = await cropsOf(readFileSync(starfishPhoto), one(preset));
    const [small, ...larger] = await Promise.all(rasters.map(thumbnailOf));
    for (const other of larger) expect(meanDifference(small ?? Buffer.of(), other)).toBeLessThan(3);
  });

  it('is where the colour is', async () => {
    const file = await drawn('#888888', [400, 200], [red(300, 60)]);
    const square = "widths: [80], aspect: '1:1', fit: cover, gravity: attention";
    const output = await rendered(file, one(`${square}, formats: { png: {} }`));
    expectNear(await pixel(output, 0.99, 0.5), [136, 136, 136]);
    expect(await redIn(output)).toBeGreaterThan(0.03);
  });

  it('gives way to what the uploader said', async () => {
    const file = await quarters(400, 200).png().toBuffer();
    const list = one(
      "widths: [40], aspect: '1:2', fit: cover, gravity: attention, formats: { png: {} }",
    );
    const [left, right] = [
      { x: 100, y: 500 },
      { x: 900, y: 500 },
    ];
    expectNear(await pixel(await rendered(file, list, left), 0.5, 0.2), RED);
    expectNear(await pixel(await rendered(file, list, left), 0.5, 0.8), BLUE);
    expectNear(await pixel(await rendered(file, list, right), 0.5, 0.2), GREEN);
    expectNear(await pixel(await rendered(file, list, right), 0.5, 0.8), WHITE);
  });

  it.each([1, 6, 8])('is of the picture as it stands, stored by orientation %i', async turn => {
    const upright = await quarters(400, 200).png().toBuffer();
    const angle = { 1: 0, 6: 270, 8: 90 }[turn] ?? 0;
    const file = await sharp(upright)
      .rotate(angle)
      .withMetadata({ orientation: turn })
      .jpeg({ quality: 100 })
      .toBuffer();
    const list = one(
      "widths: [40], aspect: '1:2', fit: cover, gravity: attention, formats: { png: {} }",
    );
    expectNear(await pixel(await rendered(file, list, { x: 900, y: 500 }), 0.5, 0.2), GREEN);
  });

  it.each([
    [1, 1],
    [940, 2],
    [3, 2000],
    [30, 31],
  ])('is found in %ix%i', async (width, height) => {
    const file = await sharp({ create: { width, height, channels: 4, background: '#ff000080' } })
      .png()
      .toBuffer();
    for (const shape of ['1:1', '16:1', '1:16']) {
      for (const gravity of ['attention', 'entropy']) {
        const preset = `widths: [1, 64], aspect: '${shape}', fit: cover, gravity: ${gravity}`;
        const { regions } = await cropsOf(file, one(`${preset}, formats: { png: {} }`));
        expect(regions).not.toContain(undefined);
      }
    }
  });
});

type Block = { left: number; top: number; width: number; height: number; colour: string };

async function drawn(background: string, [width, height]: [number, number], blocks: Block[]) {
  return await sharp({ create: { width, height, channels: 3, background } })
    .composite(
      blocks.map(({ left, top, colour, ...size }) => ({
        input: { create: { ...size, channels: 3, background: colour } },
        left,
        top,
      })),
    )
    .png()
    .toBuffer();
}

const red = (left: number, top: number, side = 40): Block => ({
  left,
  top,
  width: side,
  height: side,
  colour: '#ff0000',
});

async function redIn(file: Buffer): Promise<number> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let red = 0;
  for (let at = 0; at < data.length; at += info.channels)
    if ((data[at] ?? 0) > 200 && (data[at + 1] ?? 0) < 60) red += 1;
  return red / (info.width * info.height);
}

describe('a wide crop of an upright picture', () => {
  const wide = one(
    "widths: [120], aspect: '3:1', fit: cover, gravity: attention, formats: { png: {} }",
  );

  it('goes below the middle where nothing is above it', async () => {
    const file = await drawn('#888888', [240, 400], [red(100, 300)]);
    expect(await redIn(await rendered(file, wide))).toBeGreaterThan(0.05);
  });

  it('is of where heads are if the upper third has detail, too', async () => {
    const stripes = Array.from({ length: 12 }, (_, at) => ({
      left: at * 20,
      top: 90,
      width: 8,
      height: 80,
      colour: '#a0a0a0',
    }));
    const file = await drawn('#888888', [240, 400], [...stripes, red(80, 280, 80)]);
    const { regions } = await cropsOf(file, wide);
    expect(regions).toEqual([{ left: 0, top: 270, width: 1000, height: 200 }]);
    expect(await redIn(await rendered(file, wide))).toBe(0);
  });
});

describe('a crop of an animation', () => {
  const cut = one(
    "widths: [40], aspect: '1:1', fit: cover, gravity: attention, formats: { webp: { animated: true } }",
  );
  const frames = ['#ff0000', '#00ff00', '#0000ff'].map(background => ({
    create: { width: 120, height: 40, channels: 3 as const, background },
  }));

  it('shows one part in all frames, the one that the first is searched for', async () => {
    const stills = await Promise.all(
      [0, 30].map(async at => await drawn(`#8888${at + 58}`, [120, 40], [red(75, 0)])),
    );
    const file = await sharp(stills as unknown as SharpInput[], { join: { animated: true } })
      .gif()
      .toBuffer();
    const output = await rendered(file, cut);
    expect(await sharp(output, { animated: true }).metadata()).toMatchObject({
      width: 40,
      pageHeight: 40,
      pages: 2,
    });
    for (const page of [0, 1]) {
      const still = await sharp(output, { page }).png().toBuffer();
      expect(await redIn(still), `frame ${page}`).toBeGreaterThan(0.6);
    }
  });

  it('may be said, of an APNG too', async () => {
    const file = apng({ width: 40, height: 30, loop: 0, delays: [100, 200, 300, 400] });
    const tall = one(
      "widths: [10], aspect: '1:3', fit: cover, gravity: entropy, formats: { webp: { animated: true } }",
    );
    // Frame 1 paints the right half green over red.
    const frame = async (x: number) =>
      await sharp(await rendered(file, tall, { x, y: 500 }), { page: 1 })
        .png()
        .toBuffer();
    expectNear(await pixel(await frame(50), 0.5, 0.5), RED, 40);
    expectNear(await pixel(await frame(950), 0.5, 0.5), GREEN, 40);
  });

  it('is of all frames where they have its shape', async () => {
    const file = await sharp(frames as unknown as SharpInput[], { join: { animated: true } })
      .gif()
      .toBuffer();
    const same = one(
      "widths: [60], aspect: '3:1', fit: cover, gravity: attention, formats: { webp: { animated: true } }",
    );
    expect(await sharp(await rendered(file, same), { animated: true }).metadata()).toMatchObject({
      width: 60,
      pageHeight: 20,
      pages: 3,
    });
  });
});

const folder = photosFolder && join(photosFolder, 'photo');

describe.runIf(folder && existsSync(folder))(
  folder
    ? 'a cover of an upright photo'
    : 'real pictures: neither DARKROOM_PHOTOS nor ../shared/photos',
  () => {
    it.each([
      ['Portrait_1.jpg', 'the man below the middle stays', 482],
      ['Oppo R7 Plus.jpg', 'the top of the cairn stays', 245],
      ['Steps.jpg', 'attention is above the middle', 139],
    ])('%s: %s', async (name, _, top) => {
      const preset = "widths: [1080], aspect: '3:1', fit: cover, gravity: attention";
      const file = readFileSync(join(folder ?? '', name));
      const { regions } = await cropsOf(file, one(`${preset}, formats: { jpeg: {} }`));
      expect(Math.abs((regions[0]?.top ?? 0) - top)).toBeLessThan(20);
    });
  },
);

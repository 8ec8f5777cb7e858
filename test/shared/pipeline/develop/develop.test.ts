import sharp, { type SharpInput } from 'sharp';
import { expect, it } from 'vitest';
import type { Picture } from '../../../../shared/core/picture/picture.ts';
import { nothingSpent } from '../../../../shared/core/set/report.ts';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { type Variant, wantedVariants } from '../../../../shared/core/set/variants.ts';
import { develop } from '../../../../shared/pipeline/develop/develop.ts';
import { reconcile } from '../../../../shared/pipeline/develop/reconcile.ts';
import { codec } from '../../../support/codec.ts';
import { testDarkroom } from '../../../support/darkrooms.ts';
import { quarters } from '../../../support/originals.ts';
import { listOf, moderated } from '../../../support/preset-lists.ts';

const list = listOf(`version: 1
rules: [{ match: '**', presets: [wide, narrow] }]
presets:
  - { name: wide, widths: [60], colour: p3, formats: { jpeg: {} } }
  - { name: narrow, widths: [60], formats: { jpeg: { quality: 100 }, webp: {} } }`);

async function made(file: Buffer, picture: Picture, variants: Variant[], whole: Variant[]) {
  const files = new Map<string, string>();
  const write = async ({ preset, format }: Variant, bytes: Buffer) => {
    files.set(`${preset} ${format}`, bytes.toString('base64'));
  };
  const about = { file, picture, list, regions: new Map(), content: undefined, kept: [] };
  const job = { ...about, variants, whole, spent: nothingSpent(), write };
  await develop(job, { ...testDarkroom(), codec });
  return files;
}

it('a file of a P3 photo has the same bytes alone as beside the one that keeps P3', async () => {
  const file = await quarters(120, 80).withIccProfile('p3').png().toBuffer();
  const picture = await codec.inspect(file, list);
  const whole = wantedVariants({
    key: 'a',
    version: '0123456789',
    picture,
    list,
    presets: presetsFor('a', list),
  });
  const all = await made(file, picture, whole, whole);
  expect([...all.keys()].sort()).toEqual(['narrow jpeg', 'narrow webp', 'wide jpeg']);
  const missing = whole.filter(({ preset }) => preset === 'narrow');
  const later = await made(file, picture, missing, whole);
  for (const [name, bytes] of later) expect(bytes === all.get(name), name).toBe(true);
});

it('a file that takes more memory than a function has is left out by name, and the others are made', async () => {
  const darkroom = testDarkroom(`version: 1
rules: [{ match: '**', presets: [p] }]
presets: [{ name: p, widths: [480, 12000], formats: { jpeg: {}, avif: {} } }]`);
  darkroom.originals.upload('a.jpg', 'jpeg 12000x9000');
  const report = await reconcile('a.jpg', darkroom);
  expect(report).toMatchObject({ outcome: 'developed' });
  const states = darkroom
    .manifest('a.jpg')
    ?.variants.map(one => [one.format, one.width, one.state]);
  expect(states).toEqual([
    ['avif', 480, 'rendered'],
    ['jpeg', 480, 'rendered'],
    ['avif', 12_000, 'failed'],
    ['jpeg', 12_000, 'rendered'],
  ]);
  const left = darkroom.manifest('a.jpg')?.variants.find(({ state }) => state === 'failed');
  expect(left).toMatchObject({
    reason: 'VARIANT_UNRENDERABLE',
    message: expect.stringMatching(
      /^expected a file that takes at most 1400 MB to make, avif of 12000x9000 takes \d+ MB/,
    ),
  });
  expect(await reconcile('a.jpg', darkroom)).toMatchObject({ outcome: 'settled' });
});

/** What the service was shown of it, and the files; by a list of small ones, with moderation or without. */
async function judged(file: Buffer, change: (yaml: string) => string) {
  const darkroom = testDarkroom(
    change(`version: 1
rules: [{ match: '**', presets: [small] }]
presets: [{ name: small, widths: [64], formats: { jpeg: {}, webp: { animated: true } } }]`),
  );
  darkroom.codec = Object.assign(darkroom.codec, codec);
  const shown: Buffer[] = [];
  darkroom.moderation.moderator.judge = async (_, key) => {
    const stored = await darkroom.config.get(key);
    if (stored) shown.push(stored.bytes);
    return { labels: [], requestId: 'R' };
  };
  darkroom.originals.upload('a', file);
  expect(await reconcile('a', darkroom)).toMatchObject({ state: 'ready' });
  const files = [...darkroom.derivatives.objects].filter(([key]) => !key.endsWith('.json'));
  const { original } = darkroom.manifest('a') ?? {};
  return { shown, original, files: files.map(([key, { bytes }]) => [key, bytes.toString('hex')]) };
}

it('a photo is shown to who judges it at 1,000 pixels, though its files are small, and they and its manifest stay as they are', async () => {
  const photo = await quarters(3000, 2000).blur(20).jpeg().toBuffer();
  const { shown, ...made } = await judged(photo, moderated);
  expect(shown).toHaveLength(1);
  expect(await sharp(shown[0]).metadata()).toMatchObject({
    format: 'jpeg',
    width: 1000,
    height: 667,
  });
  const { shown: none, ...unseen } = await judged(photo, yaml => yaml);
  expect(none).toEqual([]);
  expect(made).toEqual(unseen);
  expect(made.files).toHaveLength(2);
});

it('an animation is shown to who judges it by frames of all of it, in one picture', async () => {
  const inputs = ['#000000', '#ff0000', '#00ff00', '#0000ff'].map(background => ({
    create: { width: 300, height: 200, channels: 3 as const, background },
  }));
  const joined = sharp(inputs as unknown as SharpInput[], { join: { animated: true } });
  const { shown, files } = await judged(
    await joined.webp({ lossless: true }).toBuffer(),
    moderated,
  );
  const { data, info } = await sharp(shown[0]).raw().toBuffer({ resolveWithObject: true });
  expect([shown.length, info.width, info.height]).toEqual([1, 600, 400]);
  const at = (x: number, y: number) => [...data.subarray((y * 600 + x) * 3, (y * 600 + x) * 3 + 3)];
  const corners = [at(150, 100), at(450, 100), at(150, 300), at(450, 300)];
  expect(corners.map(one => one.map(value => Math.round(value / 255)))).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  expect(files.length).toBeGreaterThan(0);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import { codec } from '../support/codec.ts';
import { testDarkroom } from '../support/darkrooms.ts';
import { distance } from '../support/dhash.ts';
import { gridOf, meanDifference, pixelDifference } from '../support/likeness.ts';
import { HEIC_LOOKS, OUTCOMES } from '../support/photo-table.ts';
import { photosFolder } from '../support/photos.ts';
import { isThorough } from '../support/thorough.ts';

const manifestFile = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      expected: z.enum(['renders', 'rejected', 'either']),
      actualFormat: z.string(),
      uprightSize: z.tuple([z.number(), z.number()]).nullish(),
    }),
  ),
});

const path = (name: string) => join(photosFolder ?? '', name);
const { files } = manifestFile.parse(
  photosFolder ? JSON.parse(readFileSync(path('manifest.json'), 'utf8')) : { files: [] },
);
/** What the folder says of a file: of what sharp alone makes of it, and HEIC is decoded in WebAssembly. */
const verdictOn = ({ actualFormat, expected }: (typeof files)[number]) =>
  actualFormat === 'heic' ? 'renders' : expected;

const ours = files.flatMap(file => {
  const outcome = OUTCOMES[file.path];
  return outcome ? [{ ...file, outcome }] : [];
});
const developable = ours.flatMap(({ path: name, outcome }) =>
  typeof outcome === 'string' ? [] : [name],
);

const defaultYaml = readFileSync(new URL('../../presets.yaml', import.meta.url), 'utf8');
/** Each way in which the shipped list makes a file. */
const eachWay = `
version: 1
rules: [{ match: '**', presets: [avatar, feed, anim] }]
presets:
  - { name: avatar, widths: [96], aspect: '1:1', fit: cover, gravity: attention, formats: { jpeg: {}, webp: {} } }
  - { name: feed, widths: [480], formats: { jpeg: {}, webp: {}, avif: { effort: 0 } } }
  - { name: anim, widths: [240], when: { animated: true }, formats: { webp: { animated: true }, jpeg: {} } }
`;
const oneOf = (preset: string) =>
  `version: 1\nrules: [{ match: '**', presets: [p] }]\npresets: [{ name: p, ${preset} }]\n`;

async function developed(name: string, list: string) {
  const darkroom = { ...testDarkroom(list), codec };
  darkroom.originals.upload('a', readFileSync(path(name)));
  await reconcile('a', darkroom);
  const manifest = darkroom.manifest('a');
  if (!manifest) throw new Error(`no manifest of ${name}`);
  return { manifest, keys: darkroom.derivatives.keys(), derivatives: darkroom.derivatives };
}

async function rendition(name: string, list: string): Promise<Buffer> {
  const { manifest, derivatives } = await developed(name, list);
  const [variant] = manifest.variants;
  const stored = variant && derivatives.objects.get(variant.key);
  if (!stored) throw new Error(`no rendition of ${name}`);
  return stored.bytes;
}

/** What sharp makes of the file in one go; whether it is whole is not asked here. */
async function drawnBySharp(name: string, like: Buffer): Promise<Buffer> {
  const { width, height } = await sharp(like).metadata();
  return await sharp(path(name), { autoOrient: true, failOn: 'none' })
    .resize(width, height, { fit: 'fill' })
    .withIccProfile('srgb')
    .png()
    .toBuffer();
}

const suite = photosFolder
  ? 'every picture of the folder'
  : 'real pictures: neither DARKROOM_PHOTOS nor ../shared/photos is there';

describe.runIf(photosFolder)(suite, () => {
  it('is in the table', () => {
    expect(files.map(file => file.path).filter(name => !OUTCOMES[name])).toEqual([]);
  });

  it.each(ours.map(file => [file.path, file] as const))(
    'is judged in the table as in the folder: %s',
    (_, file) => {
      const verdict = verdictOn(file);
      const isRefused = typeof file.outcome === 'string';
      if (verdict !== 'either') expect(isRefused).toBe(verdict === 'rejected');
      if (file.uprightSize && !isRefused) expect(file.outcome).toEqual(file.uprightSize);
    },
  );

  it.each(ours.map(({ outcome, path: name }) => [name, outcome] as const))(
    '%s ends as %j',
    async (name, outcome) => {
      const { manifest, keys } = await developed(name, isThorough ? defaultYaml : eachWay);
      if (typeof outcome === 'string') {
        expect(manifest.failure?.code).toBe(outcome);
        expect(manifest.complete).toBe(false);
        expect(keys).toEqual(['a/manifest.json']);
        return;
      }
      expect(manifest.failure).toBeUndefined();
      expect(manifest.complete).toBe(true);
      expect([manifest.original.width, manifest.original.height]).toEqual(outcome);
      const rendered = manifest.variants.filter(({ state }) => state === 'rendered');
      expect(keys.length).toBe(rendered.length + 1);
    },
  );

  it.each(developable)('%s shows what sharp draws of it', async name => {
    const png = await rendition(name, oneOf('widths: [256], formats: { png: {} }'));
    const looks = HEIC_LOOKS[name];
    const grid = await gridOf(png);
    if (looks) {
      expect(meanDifference(grid, Buffer.from(looks, 'hex'))).toBeLessThan(1);
      return;
    }
    const reference = await drawnBySharp(name, png);
    expect(await pixelDifference(png, reference)).toBeLessThan(2);
    // A profile that is not heeded makes 1 and more.
    expect(meanDifference(grid, await gridOf(reference))).toBeLessThan(0.5);
  });

  it.each(
    ['Landscape', 'Portrait'].flatMap(shape =>
      [2, 3, 4, 5, 6, 7, 8].map(orientation => [`${shape}_${orientation}`, `${shape}_1`] as const),
    ),
  )('%s shows what %s shows', async (turned, upright) => {
    const small = oneOf('widths: [300], formats: { jpeg: {} }');
    const [a, b] = await Promise.all(
      [turned, upright].map(name => rendition(`photo/${name}.jpg`, small)),
    );
    // The photographs differ by a number painted into them.
    expect(await distance(a ?? Buffer.alloc(0), b ?? Buffer.alloc(0))).toBeLessThanOrEqual(4);
  });
});

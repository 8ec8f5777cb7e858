import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { reconcile } from '../../shared/pipeline/reconcile.ts';
import { codec } from '../support/codec.ts';
import { testDarkroom } from '../support/darkrooms.ts';
import { distance } from '../support/dhash.ts';

/** A folder of real and hostile pictures with a manifest.json that says what to expect of each. */
const folder = process.env.DARKROOM_PHOTOS;

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

const yaml = readFileSync(new URL('../../presets.yaml', import.meta.url), 'utf8');

async function developed(path: string, list = yaml) {
  const darkroom = { ...testDarkroom(list), codec };
  darkroom.originals.upload('a', readFileSync(path));
  await reconcile('a', darkroom);
  const manifest = darkroom.manifest('a');
  if (!manifest) throw new Error(`no manifest of ${path}`);
  return { manifest, keys: darkroom.derivatives.keys(), derivatives: darkroom.derivatives };
}

describe.runIf(folder && existsSync(join(folder, 'manifest.json')))(
  'every picture of DARKROOM_PHOTOS',
  () => {
    const path = (name: string) => join(folder ?? '', name);
    const { files } = manifestFile.parse(
      folder ? JSON.parse(readFileSync(path('manifest.json'), 'utf8')) : { files: [] },
    );

    it.each(files.map(file => [file.expected, file.path, file] as const))(
      '%s: %s',
      async (_, name, file) => {
        const { manifest, keys } = await developed(path(name));
        // The file says what sharp alone makes of it; HEIC we decode in wasm.
        const expected = file.actualFormat === 'heic' ? 'renders' : file.expected;
        if (expected === 'renders') expect(manifest.failure).toBeUndefined();
        if (expected === 'rejected') expect(manifest.failure?.code).toMatch(/^ORIGINAL_/);
        if (manifest.failure) {
          expect(manifest.complete).toBe(false);
          expect(keys).toEqual(['a/manifest.json']);
          return;
        }
        expect(manifest.complete).toBe(true);
        const { width, height } = manifest.original;
        if (file.uprightSize) expect([width, height]).toEqual(file.uprightSize);
        expect(keys.length).toBe(
          manifest.variants.filter(({ state }) => state === 'rendered').length + 1,
        );
      },
    );

    const bytesOf = async (name: string, list: string, format: string) => {
      const { manifest, derivatives } = await developed(path(name), list);
      const variant = manifest.variants.find(
        one => one.format === format && one.state === 'rendered',
      );
      return derivatives.objects.get(variant?.key ?? '')?.bytes ?? Buffer.alloc(0);
    };
    const oneOf = (preset: string) =>
      `version: 1\nrules: [{ match: '**', presets: [p] }]\npresets: [{ name: p, ${preset} }]\n`;

    it.each(
      ['Landscape', 'Portrait'].flatMap(shape =>
        [2, 3, 4, 5, 6, 7, 8].map(
          orientation => [`${shape}_${orientation}`, `${shape}_1`] as const,
        ),
      ),
    )('%s shows what %s shows', async (turned, upright) => {
      const small = oneOf('widths: [300], formats: { jpeg: {} }');
      const [a, b] = await Promise.all(
        [turned, upright].map(name => bytesOf(`photo/${name}.jpg`, small, 'jpeg')),
      );
      // The photographs differ by a number painted into them.
      expect(await distance(a ?? Buffer.alloc(0), b ?? Buffer.alloc(0))).toBeLessThanOrEqual(4);
    });
  },
);

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { codec } from '../support/codec.ts';
import { reconcile } from '../../shared/pipeline/reconcile.ts';
import { testDarkroom } from '../support/darkrooms.ts';

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

async function developed(path: string) {
  const darkroom = { ...testDarkroom(yaml), codec };
  darkroom.originals.upload('a', readFileSync(path));
  await reconcile('a', darkroom);
  const manifest = darkroom.manifest('a');
  if (!manifest) throw new Error(`no manifest of ${path}`);
  return { manifest, keys: darkroom.derivatives.keys() };
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
  },
);

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../scripts/build-client.ts';
import { newFolder } from '../support/folders.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The package as whoever installs it has it. */
const folder = newFolder();
const installed = join(folder, 'node_modules/darkroom');
beforeAll(async () => {
  await buildClient(join(installed, 'dist/client'));
  writeFileSync(join(installed, 'package.json'), readFileSync(join(root, 'package.json')));
});

const built = (name: string) => readFileSync(join(installed, 'dist/client', name), 'utf8');

describe('the client as it is built', () => {
  it.each([
    ['index.js', 3450],
    ['thumbhash.js', 1000],
  ])('%s is under %d bytes, minified and gzipped, and imports nothing', (name, limit) => {
    const { code } = transformSync(built(name), { minify: true, format: 'esm' });
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(limit);
    expect(code).not.toMatch(/\bimport\b/);
  });

  it('touches no global but those of the language', () => {
    const all = built('index.js') + built('thumbhash.js');
    expect(all).not.toMatch(/\b(window|document|process|Buffer|atob|btoa|fetch|TextEncoder)\b/);
  });

  it('is found by Node under the names that package.json exports', () => {
    const script = `
      const { urlOfKey } = await import('darkroom/client');
      const { thumbHashUrl } = await import('darkroom/client/thumbhash');
      console.log(urlOfKey('x', 'a b'), typeof thumbHashUrl);
    `;
    const words = ['--input-type=module', '--eval', script];
    expect(execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8' })).toBe(
      'x/a%20b function\n',
    );
  });

  it.each(['nodenext', 'bundler'])('has types that need no package (%s)', resolution => {
    const uses = `
      import { type Manifest, picture } from 'darkroom/client';
      import { thumbHashUrl } from 'darkroom/client/thumbhash';
      declare const manifest: Manifest;
      export const html: string = picture(manifest, { base: '', preset: 'a', alt: '', thumbHash: thumbHashUrl });
      // @ts-expect-error a width is a number
      picture(manifest, { base: '', preset: 480, alt: '' });
      // @ts-expect-error a picture says in words what it shows
      picture(manifest, { base: '', preset: 'a' });
    `;
    writeFileSync(join(folder, 'uses.mts'), uses);
    const module = resolution === 'bundler' ? 'esnext' : resolution;
    const words = [
      '--noEmit',
      '--strict',
      '--skipDefaultLibCheck',
      '--module',
      module,
      '--moduleResolution',
      resolution,
    ];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, ...words, 'uses.mts'], { cwd: folder });
    expect(readdirSync(join(installed, 'dist/client'))).toContain('index.d.ts');
  });
});

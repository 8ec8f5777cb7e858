import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import * as client from '../../client/index.ts';
import { thumbHashUrl } from '../../client/thumbhash.ts';
import { buildClient } from '../../scripts/build-client.ts';
import { newFolder } from '../support/folders.ts';
import { developed, SHAPES } from './developed.ts';

const root = resolve(import.meta.dirname, '../..');

/** An app that has installed the package, and nothing else. */
const folder = newFolder();
const installed = join(folder, 'node_modules/darkroom');
let said: string;

/** The words that `npm run pack:client` ends with, at a folder of this test's own. */
beforeAll(async () => {
  const packed = newFolder();
  await buildClient(join(packed, 'client'));
  npm(packed, 'pack', './client', '--pack-destination', '.');
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  said = npm(folder, 'install', '--offline', join(packed, `darkroom-${version}.tgz`));
});

function npm(cwd: string, ...words: string[]): string {
  const outside = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const own = { npm_config_cache: join(cwd, 'npm-cache'), npm_config_audit: 'false' };
  const env = { ...Object.fromEntries(outside), ...own };
  return execFileSync('npm', words, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
}

function node(...words: string[]): string {
  return execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
}

const built = (name: string) => readFileSync(join(installed, name), 'utf8');

describe('the client as a package of its own', () => {
  it('is installed from its file without a network, and brings no other', () => {
    expect(said).toMatch(/^\s*added 1 package in /);
    expect(existsSync(join(installed, 'LICENSE'))).toBe(true);
  });

  it.each([
    ['esm/index.js', 3450],
    ['esm/thumbhash.js', 1000],
  ])('%s is under %d bytes, minified and gzipped, and imports nothing', (name, limit) => {
    const { code } = transformSync(built(name), { minify: true, format: 'esm' });
    expect(gzipSync(code, { level: 9 }).length).toBeLessThan(limit);
    expect(code).not.toMatch(/\bimport\b/);
  });

  it.each(['esm', 'client', 'miniprogram/client'])(
    '%s touches no global but those of the language',
    place => {
      const all = built(`${place}/index.js`) + built(`${place}/thumbhash.js`);
      expect(all).not.toMatch(
        /\b(window|document|process|Buffer|atob|btoa|fetch|URL|crypto|TextEncoder|require)\b\s*[.(]/,
      );
    },
  );

  it.each([
    [
      'uses.mjs',
      `import { urlOfKey } from 'darkroom/client';
       import { thumbHashUrl } from 'darkroom/client/thumbhash';`,
    ],
    [
      'uses.cjs',
      `const { urlOfKey } = require('darkroom/client');
       const { thumbHashUrl } = require('darkroom/client/thumbhash');`,
    ],
  ])('is found by Node in %s', (file, lines) => {
    writeFileSync(
      join(folder, file),
      `${lines} console.log(urlOfKey('x', 'a b'), typeof thumbHashUrl);`,
    );
    expect(node(file)).toBe('x/a%20b function\n');
  });
});

describe('its types, which need no package either,', () => {
  const uses = `
    import { type Manifest, picture, stateOf } from 'darkroom/client';
    import { thumbHashUrl } from 'darkroom/client/thumbhash';
    declare const manifest: Manifest;
    export const html: string = picture(manifest, { base: '', preset: 'a', alt: '', thumbHash: thumbHashUrl });
    export const state: string = stateOf(manifest, 'E');
    // @ts-expect-error a width is a number
    picture(manifest, { base: '', preset: 480, alt: '' });
    // @ts-expect-error a picture says in words what it shows
    picture(manifest, { base: '', preset: 'a' });
  `;

  it.each([
    ['nodenext', 'nodenext', 'mts', 'esm'],
    ['nodenext', 'nodenext', 'cts', 'client'],
    ['bundler', 'esnext', 'ts', 'esm'],
    ['node10', 'commonjs', 'ts', 'client'],
  ])('are found by %s, as %s, from .%s, in %s', (resolution, module, extension, place) => {
    const file = `types-${resolution}.${extension}`;
    writeFileSync(join(folder, file), uses);
    const words = ['--noEmit', '--strict', '--skipDefaultLibCheck', '--listFiles', '--module'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const read = node(tsc, ...words, module, '--moduleResolution', resolution, file);
    const own = read.split('\n').filter(path => path.startsWith(`${installed}/`));
    expect(own).toContain(join(installed, place, 'index.d.ts'));
    expect(own.filter(path => !path.startsWith(join(installed, place)))).toEqual([]);
  });
});

describe('its declarations', () => {
  it.each(['esm', 'client'])('name each other in %s as any TypeScript can follow', place => {
    const files = readdirSync(join(installed, place)).filter(name => name.endsWith('.d.ts'));
    const named = files.flatMap(name => [...built(`${place}/${name}`).matchAll(/from '(.*?)'/g)]);
    expect(named.length).toBeGreaterThan(5);
    for (const [, path = ''] of named) {
      expect(path).toMatch(/^\.\/\w+\.js$/);
      expect(files).toContain(path.replace(/^\.\/(\w+)\.js$/, '$1.d.ts'));
    }
  });
});

describe('its build for mini-programs', () => {
  /** With what the language has, and nothing of browsers or Node. */
  function loaded(name: string) {
    const context = createContext({ module: { exports: {} } });
    const { miniprogram } = JSON.parse(built('package.json'));
    new Script(built(`${miniprogram}/client/${name}.js`)).runInContext(context);
    const foreign = [
      'fetch',
      'URL',
      'TextEncoder',
      'crypto',
      'process',
      'Buffer',
      'require',
      'atob',
    ];
    const typesOf = new Script(`[${foreign.map(global => `typeof ${global}`)}].join()`);
    expect(typesOf.runInContext(context)).toBe(foreign.map(() => 'undefined').join());
    return context.module.exports;
  }

  it('answers as the sources do where there is no fetch, URL, TextEncoder, crypto, process or Buffer', async () => {
    const key = '照片/a b%+1.jpg';
    const { manifest, presets, original } = await developed(SHAPES, key, {
      width: 900,
      height: 1200,
    });
    const mini = loaded('index') as typeof client;
    const place = { base: 'https://img.example.com', preset: 'fill', cssWidth: 160, density: 2 };
    const phone = { ...place, client: { formats: ['webp', 'jpeg'] as const, density: 3 } };
    const asked = { ...original, ...place, width: 333, format: 'webp' as const };
    const look = { ...place, alt: 'It’s "a" <starfish>' };
    expect(mini.bestUrl(manifest, phone)).toBe(client.bestUrl(manifest, phone));
    expect(mini.urlOf(asked)).toBe(client.urlOf(asked));
    expect(mini.bestUrl({ ...original, presets }, phone)).toBe(mini.bestUrl(manifest, phone));
    expect(mini.picture(manifest, look)).toBe(client.picture(manifest, look));
    expect(mini.stateOf(manifest, original.etag)).toBe('ready');
    expect(() => mini.bestUrl(undefined as never, phone)).toThrow('Expected a manifest');
  });

  it('draws placeholders there', () => {
    const hash = 'ZQgWFYIJiIimVXhVeJd4mbDzSXlv';
    expect(loaded('thumbhash').thumbHashUrl(hash)).toBe(thumbHashUrl(hash));
  });

  it.each(['index', 'thumbhash'])('%s is written in ES2018', name => {
    const code = built(`miniprogram/client/${name}.js`);
    const plain = transformSync(code, { target: 'esnext' }).code;
    expect(transformSync(code, { target: 'es2018' }).code).toBe(plain);
    expect(transformSync(built(`client/${name}.js`), { target: 'es2018' }).code).not.toBe(
      transformSync(built(`client/${name}.js`), { target: 'esnext' }).code,
    );
  });
});

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

const SOURCES = resolve(import.meta.dirname, '../../studio');

export interface PageFile {
  contents: Uint8Array<ArrayBuffer>;
  contentType: string;
}

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** The page's scripts and styles by their names, bundled now, in memory; the editor is a part that comes when it is wanted. */
export async function pageFiles(): Promise<Map<string, PageFile>> {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, 'studio.tsx'), join(SOURCES, 'studio.css')],
    outdir: SOURCES,
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
  });
  return new Map(
    outputFiles.map(({ path, contents }) => {
      const name = basename(path);
      const contentType = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
      return [name, { contents: Uint8Array.from(contents), contentType }];
    }),
  );
}

/** Nothing in it but the token is made up here. */
export async function pageWith(token: string): Promise<string> {
  const page = await readFile(join(SOURCES, 'index.html'), 'utf8');
  return page.replace('{{token}}', token);
}

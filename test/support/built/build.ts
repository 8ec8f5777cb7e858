import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin, transform } from 'esbuild';
import type { TestProject } from 'vitest/node';
import { entries } from './entries.ts';

const root = resolve(import.meta.dirname, '../../..');

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds `{entry}.js`. */
    built: string;
  }
}

/** Of each run, since several may go on at once, and in the checkout, so that packages are found. */
export default async function setup(project: TestProject): Promise<() => void> {
  const { outputFiles } = await build(options);
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/built-for-tests-'));
  for (const { path, contents } of outputFiles)
    writeFileSync(join(folder, basename(path)), contents);
  project.provide('built', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A file that asks where it lies, to find another beside it, is answered where its source lies. */
const atItsPlace: Plugin = {
  name: 'at-its-place',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const define = {
        'import.meta.dirname': JSON.stringify(dirname(path)),
        'import.meta.filename': JSON.stringify(path),
        'import.meta.url': JSON.stringify(pathToFileURL(path).href),
      };
      const source = readFileSync(path, 'utf8');
      const { code } = await transform(source, { define, loader: 'ts', sourcefile: path });
      return { contents: code, loader: 'js' };
    });
  },
};

const options = {
  absWorkingDir: root,
  entryPoints: entries,
  outdir: join(root, 'dist'),
  write: false as const,
  bundle: true,
  splitting: true,
  // Packages as well: read one by one, their files take longer than most commands. These look for what lies beside them.
  external: ['sharp', 'libheif-js', 'esbuild', 'typescript', 'proxy-agent', '@alicloud/log'],
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  platform: 'node' as const,
  format: 'esm' as const,
  target: 'node20',
  logLevel: 'warning' as const,
  plugins: [atItsPlace],
};

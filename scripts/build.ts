import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

/**
 * One bundle for each folder of functions/, exactly as it is deployed: `dist/{name}/index.mjs`. sharp stays
 * outside (its install page asks for that); ali-oss and libheif are CommonJS inside an ES module, so `require` and `__dirname` are made.
 */
const root = resolve(import.meta.dirname, '..');
const COMMONJS = [
  "import { createRequire } from 'node:module';",
  'const require = createRequire(import.meta.url);',
  "const __dirname = new URL('.', import.meta.url).pathname;",
].join(' ');

export async function buildFunctions(outDir = join(root, 'dist')): Promise<string[]> {
  const folders = await readdir(join(root, 'functions'), { withFileTypes: true });
  const names = folders.filter(entry => entry.isDirectory()).map(({ name }) => name);
  await Promise.all(names.map(name => bundle(name, join(outDir, name))));
  return names;
}

async function bundle(name: string, outDir: string): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  const { metafile } = await build({
    ...options,
    entryPoints: [join(root, 'functions', name, 'index.ts')],
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    // What is imported when it is first needed stays a file of its own, and out of the cold start.
    splitting: true,
    metafile: true,
  });
  // A thread's code is a file beside the bundle, loaded when it is first needed.
  if (!Object.keys(metafile.inputs).includes('shared/adapters/heic-decoder.ts')) return;
  await build({
    ...options,
    entryPoints: [join(root, 'shared/adapters/heic-worker.mjs')],
    outfile: join(outDir, 'heic-worker.mjs'),
  });
}

const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  // FC's nodejs20 is 20.10.
  target: 'node20.10',
  format: 'esm',
  banner: { js: COMMONJS },
  // proxy-agent is an optional require of ali-oss' HTTP client.
  external: ['sharp', 'proxy-agent'] as string[],
  sourcemap: 'linked',
  logLevel: 'warning',
} satisfies BuildOptions;

if (process.argv[1] === import.meta.filename) {
  const names = await buildFunctions();
  // Only here: `npm start` builds the functions too, and need not load the TypeScript compiler.
  const { buildClient } = await import('./build-client.ts');
  await buildClient();
  console.log(`Built ${[...names, 'client'].map(name => `dist/${name}`).join(', ')}`);
}

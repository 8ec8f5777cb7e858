import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';

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

export interface Bundle {
  /** The folder in functions/, and the key under `resources` in s.yaml. */
  name: string;
  /** Absolute; holds index.mjs, its source map, and heic-worker.mjs where pictures are decoded. */
  folder: string;
  /** It loads sharp, which has to lie beside it. */
  renders: boolean;
  /** The files that it was made of, from the root of the checkout. */
  inputs: string[];
  /** Packages of which code went in, by their places: `node_modules/ali-oss`. */
  packages: string[];
}

export async function buildFunctions(outDir = join(root, 'dist')): Promise<Bundle[]> {
  const folders = await readdir(join(root, 'functions'), { withFileTypes: true });
  const names = folders.filter(entry => entry.isDirectory()).map(({ name }) => name);
  return await Promise.all(names.sort().map(name => bundle(name, join(outDir, name))));
}

async function bundle(name: string, folder: string): Promise<Bundle> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile, outputFiles } = await build({
    ...options,
    entryPoints: [join(root, 'functions', name, 'index.ts')],
    // Wherever it is written: the hash in a chunk's name is of its map too, which names sources from where it lies.
    outdir: join(root, 'dist', name),
    write: false,
    outExtension: { '.js': '.mjs' },
    // What is imported when it is first needed stays a file of its own, and out of the cold start.
    splitting: true,
    metafile: true,
  });
  const written = outputFiles.map(file =>
    writeFile(join(folder, basename(file.path)), file.contents),
  );
  await Promise.all(written);
  const decodes = 'shared/adapters/libheif/decoder.ts' in metafile.inputs;
  const made = decodes ? [metafile, await bundleHeicWorker(folder)] : [metafile];
  return {
    name,
    folder,
    renders: loads(metafile, 'sharp'),
    inputs: made.flatMap(({ inputs }) => Object.keys(inputs)),
    packages: [...new Set(made.flatMap(packagesIn))].sort(),
  };
}

/** What was parsed and not needed left nothing there. */
function packagesIn({ outputs }: Metafile): string[] {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [placeOf(file)] : []))
    .filter(place => place !== undefined);
}

const IN_PACKAGE = /(?:^|\/)((?:node_modules\/(?:@[^/]+\/)?[^/]+\/)+)/;

/** A checkout's node_modules may be a link to that of another. */
function placeOf(file: string): string | undefined {
  return IN_PACKAGE.exec(file)?.[1]?.slice(0, -1);
}

/** A thread's code is a file beside the bundle, loaded when it is first needed. */
async function bundleHeicWorker(folder: string): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    entryPoints: [join(root, 'shared/adapters/libheif/heic-worker.mjs')],
    outfile: join(folder, 'heic-worker.mjs'),
    metafile: true,
  });
  return metafile;
}

function loads({ outputs }: Metafile, external: string): boolean {
  return Object.values(outputs).some(({ imports }) => imports.some(one => one.path === external));
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
  // Loads a few milliseconds sooner. Names stay and lines are short, so that a stack trace can be read and
  // the line that Node prints above it is no page. https://esbuild.github.io/api/#line-limit
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 200,
  // Beside the bundle, for whoever reads a trace; not packed.
  sourcemap: 'external',
  logLevel: 'warning',
} satisfies BuildOptions;

if (process.argv[1] === import.meta.filename) {
  const bundles = await buildFunctions();
  // Only here: `npm start` builds the functions too, and need not load the TypeScript compiler.
  const { buildClient } = await import('./build-client.ts');
  await buildClient();
  const names = [...bundles.map(({ name }) => name), 'client'];
  console.log(`Built ${names.map(name => `dist/${name}`).join(', ')}`);
}

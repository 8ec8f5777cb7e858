import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import ts from 'typescript';

/**
 * `darkroom/client` as a package of its own, without dependencies, in `dist/client`: what an app installs. Names and
 * places agree, `client/thumbhash.js` for `darkroom/client/thumbhash`, for tools that read no `exports`.
 */
const root = resolve(import.meta.dirname, '..');
const NAMES = ['index', 'thumbhash'];
const entryPoints = NAMES.map(name => join(root, 'client', `${name}.ts`));

/** A folder says by a package.json of its own that it holds ES modules; so one set of types does for both. */
const ESM = 'esm';
const COMMONJS = 'client';
/** Copied by WeChat's tools, which make no package of the rest. https://developers.weixin.qq.com/miniprogram/dev/devtools/npm.html */
const MINI_PROGRAM = 'miniprogram';

const BUILDS: Record<string, BuildOptions> = {
  [ESM]: { format: 'esm', target: 'es2020', sourcemap: 'linked' },
  [COMMONJS]: { format: 'cjs', target: 'es2020', sourcemap: 'linked' },
  // It runs in the JavaScriptCore of the phone's iOS, which knows `?.` from 13.4 on only.
  [`${MINI_PROGRAM}/client`]: { format: 'cjs', target: 'es2018' },
};

export async function buildClient(folder = join(root, 'dist/client')): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [name, options] of Object.entries(BUILDS)) {
    await build({ ...shared, ...options, outdir: join(folder, name) });
  }
  const types = declarations();
  for (const name of [ESM, COMMONJS]) {
    for (const [file, text] of types) await writeFile(join(folder, name, file), text);
  }
  await writeJson(join(folder, ESM, 'package.json'), { type: 'module', sideEffects: false });
  await writeJson(join(folder, 'package.json'), await manifest());
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await cp(join(root, 'client/README.md'), join(folder, 'README.md'));
}

const shared: BuildOptions = {
  absWorkingDir: root,
  entryPoints,
  bundle: true,
  platform: 'neutral',
  logLevel: 'warning',
};

/** Private, since the name darkroom is somebody else's in npm's registry. */
async function manifest() {
  const { name, version, license } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return {
    name,
    version,
    description: 'Names the files of photos that Darkroom developed. No dependencies, no requests.',
    license,
    private: true,
    type: 'commonjs',
    sideEffects: false,
    exports: { './client': exportOf('index'), './client/thumbhash': exportOf('thumbhash') },
    [MINI_PROGRAM]: MINI_PROGRAM,
  };
}

function exportOf(name: string) {
  const lying = (folder: string) => ({
    types: `./${folder}/${name}.d.ts`,
    default: `./${folder}/${name}.js`,
  });
  return { import: lying(ESM), require: lying(COMMONJS) };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(resolve(path, '..'), { recursive: true });
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** By their file names. */
function declarations(): Map<string, string> {
  const options: ts.CompilerOptions = {
    declaration: true,
    emitDeclarationOnly: true,
    rewriteRelativeImportExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    types: [],
  };
  const files = new Map<string, string>();
  const program = ts.createProgram(entryPoints, options);
  // TypeScript rewrites extensions in JavaScript only, and in types knew that of the sources from 5.0 on.
  const { diagnostics } = program.emit(undefined, (path, text) =>
    files.set(basename(path), text.replace(/(from '\.\/\w+)\.ts'/g, "$1.js'")),
  );
  const [problem] = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problem) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
  return files;
}

if (process.argv[1] === import.meta.filename) await buildClient();

import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

/**
 * `darkroom/client` as package.json exports it: `dist/client/{index,thumbhash}.js`, each one ES module without
 * imports, with its types. ES2020 is what the base libraries of mini-programs and HarmonyOS run.
 */
const root = resolve(import.meta.dirname, '..');
const entryPoints = ['index', 'thumbhash'].map(name => join(root, 'client', `${name}.ts`));

export async function buildClient(outdir = join(root, 'dist/client')): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    platform: 'neutral',
    target: 'es2020',
    format: 'esm',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  emitTypes(outdir);
}

function emitTypes(outDir: string): void {
  const options: ts.CompilerOptions = {
    declaration: true,
    emitDeclarationOnly: true,
    outDir,
    rewriteRelativeImportExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    types: [],
  };
  const program = ts.createProgram(entryPoints, options);
  const problems = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  const [problem] = problems;
  if (problem) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
}

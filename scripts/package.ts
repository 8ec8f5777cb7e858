import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Bundle, buildFunctions } from './build.ts';
import { newestNeeds, tooLarge, tooNewApis, tooNewLibraries } from './packaging/checks.ts';
import { lockedClosure, sharpFiles } from './packaging/sharp-closure.ts';
import { type Entry, entriesIn, zipOf } from './packaging/zip.ts';

/**
 * `dist/{name}.zip`, which s.yaml's `code` names, for each folder of functions/: its bundle, and sharp for FC's
 * Linux beside those that render. Where a check fails no zip is written, and the exit code is 1.
 */
const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

export interface Contents {
  name: string;
  renders: boolean;
  entries: Entry[];
}

export interface Package extends Contents {
  zip: Uint8Array;
}

/** Builds into `outDir/{name}`; writes no zip. */
export async function packFunctions(outDir = dist): Promise<Package[]> {
  const all = await functionContents(outDir);
  return all.map(contents => ({ ...contents, zip: zipOf(contents.entries) }));
}

/** What goes into each zip. Builds into `outDir/{name}`. */
export async function functionContents(outDir: string): Promise<Contents[]> {
  const closure = await lockedClosure(join(root, 'package-lock.json'));
  const [bundles, sharp] = await Promise.all([buildFunctions(outDir), sharpFiles(closure)]);
  return await Promise.all(bundles.map(bundle => contentsOf(bundle, sharp)));
}

async function contentsOf(bundle: Bundle, sharp: Entry[]): Promise<Contents> {
  const { name, folder, renders } = bundle;
  const built = await entriesIn(folder);
  const shipped = built.filter(({ path }) => !path.endsWith('.map'));
  return { name, renders, entries: renders ? [...shipped, ...sharp] : shipped };
}

/** One sentence for each thing that FC would not take. */
export function problemsOf({ name, renders, entries, zip }: Package): string[] {
  const problems = [...tooLarge(zip, renders), ...tooNewLibraries(entries), ...tooNewApis(entries)];
  return problems.map(problem => `${name}.zip: ${problem}`);
}

async function packageFunctions(): Promise<void> {
  const packages = await packFunctions();
  const problems = packages.flatMap(problemsOf);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  for (const { name, entries, zip } of packages) {
    await writeFile(join(dist, `${name}.zip`), zip);
    const sha256 = createHash('sha256').update(zip).digest('hex').slice(0, 16);
    const size = `${(zip.length / 1e6).toFixed(2)} MB`;
    console.log(`dist/${name}.zip  ${size}  sha256 ${sha256}  ${newestNeeds(entries)}`.trimEnd());
  }
}

if (process.argv[1] === import.meta.filename) {
  try {
    await packageFunctions();
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = 1;
  }
}

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Bundle, buildFunctions } from './build.ts';
import { type Carried, carriedBeside, carriedFrom } from './packaging/carried.ts';
import { newestNeeds, tooLarge, tooNewApis, tooNewLibraries } from './packaging/checks.ts';
import { licencesOf } from './packaging/licences.ts';
import { type Bom, lockedBom, sbomOf } from './packaging/sbom.ts';
import { lockedClosure, sharpFiles } from './packaging/sharp-closure.ts';
import { type Entry, entriesIn, zipOf } from './packaging/zip.ts';

/**
 * `dist/{name}.zip`, which s.yaml's `code` names, for each folder of functions/: its bundle, and sharp for FC's
 * Linux beside those that render, the licences of both, and what both are as CycloneDX. Where a check fails no zip is
 * written, and the exit code is 1.
 */
const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

export interface Contents {
  name: string;
  renders: boolean;
  entries: Entry[];
  /** Where a licence text is missing. */
  problems: string[];
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
  const [bundles, files, bom, own] = await Promise.all([
    buildFunctions(outDir),
    sharpFiles(closure),
    lockedBom(root),
    readFile(join(root, 'LICENSE')),
  ]);
  const places = [...new Set(bundles.flatMap(({ packages }) => packages))];
  const bundled = await Promise.all(places.map(place => carriedFrom(root, place)));
  const sharp = { files, packages: carriedBeside(files) };
  const licence = { path: 'LICENSES/darkroom.txt', bytes: own };
  return await Promise.all(
    bundles.map(bundle => contentsOf(bundle, { bundled, sharp, bom, licence })),
  );
}

interface Materials {
  /** What any of the bundles has in it. */
  bundled: Carried[];
  sharp: { files: Entry[]; packages: Carried[] };
  bom: Bom;
  /** Our own. */
  licence: Entry;
}

async function contentsOf(
  { name, folder, renders, packages }: Bundle,
  { bundled, sharp, bom, licence }: Materials,
): Promise<Contents> {
  const built = await entriesIn(folder);
  const shipped = built.filter(({ path }) => !path.endsWith('.map'));
  const beside = renders ? sharp : { files: [], packages: [] };
  const inside = bundled.filter(({ place }) => packages.includes(place));
  const carried = [...inside, ...beside.packages];
  const { entries: licences, problems } = await licencesOf(carried);
  const sbom = sbomOf(name, carried, bom);
  const entries = [...shipped, ...beside.files, licence, ...licences, sbom];
  return { name, renders, entries, problems };
}

/** One sentence for each thing that FC would not take. */
export function problemsOf({ name, renders, entries, problems, zip }: Package): string[] {
  const found = [
    ...problems,
    ...tooLarge(zip, renders),
    ...tooNewLibraries(entries),
    ...tooNewApis(entries),
  ];
  return found.map(problem => `${name}.zip: ${problem}`);
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

import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import * as z from 'zod';
import type { Entry } from './zip.ts';

/** A package of which a zip carries code: bundled into it, or beside the bundle. */
export interface Carried extends z.infer<typeof manifestSchema> {
  /** `node_modules/sharp`. */
  place: string;
  /** Its licences and notices, by their paths within it. */
  legal: Entry[];
  /** What may say something where it has none of these: its README, and the versions of what is inside it. */
  said: Entry[];
}

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional().catch(undefined),
  /** Where its source is. */
  repository: z
    .union([z.string(), z.object({ url: z.string() }).transform(({ url }) => url)])
    .optional()
    .catch(undefined),
  author: z
    .union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
    .optional()
    .catch(undefined),
});

const LEGAL = /^(licen[cs]e|copying|copyright|notice|third[-_]party)[^/]*$/i;
const CODE = /\.([cm]?[jt]s|json|map)$/;
const SAID = /^(readme(\.md)?|versions\.json)$/i;
const MANIFEST = 'package.json';

/** Of a package that was bundled: `root` has the node_modules that it came from. */
export async function carriedFrom(root: string, place: string): Promise<Carried> {
  const folder = join(root, place);
  const found = await readdir(folder, { recursive: true });
  const paths = found.map(path => path.replaceAll(sep, '/')).filter(isTelling);
  const files = paths
    .sort()
    .map(async path => ({ path, bytes: await readFile(join(folder, path)) }));
  return carriedIn(place, await Promise.all(files));
}

/** Those that lie beside the bundle, by the paths in its zip. */
export function carriedBeside(entries: Entry[]): Carried[] {
  const manifests = entries.filter(({ path }) => IS_PLACE.test(path));
  return manifests.map(({ path }) => {
    const place = path.slice(0, -MANIFEST.length - 1);
    const own = entries
      .filter(one => one.path.startsWith(`${place}/`))
      .map(one => ({ ...one, path: one.path.slice(place.length + 1) }));
    return carriedIn(
      place,
      own.filter(one => isTelling(one.path)),
    );
  });
}

const IS_PLACE = /^(node_modules\/(@[^/]+\/)?[^/]+\/)+package\.json$/;

function isTelling(path: string): boolean {
  if (path.split('/').includes('node_modules')) return false;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return path === MANIFEST || SAID.test(path) || (LEGAL.test(name) && !CODE.test(name));
}

function carriedIn(place: string, files: Entry[]): Carried {
  const manifest = files.find(({ path }) => path === MANIFEST);
  if (!manifest) throw new Error(`${place}: expected a ${MANIFEST}, received none`);
  return {
    ...manifestSchema.parse(JSON.parse(textOf(manifest))),
    place,
    legal: files.filter(({ path }) => path !== MANIFEST && !SAID.test(path)),
    said: files.filter(({ path }) => SAID.test(path)),
  };
}

export function textOf({ bytes }: Entry): string {
  return Buffer.from(bytes).toString('utf8');
}

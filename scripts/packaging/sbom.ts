import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import { type Carried, textOf } from './carried.ts';
import type { Entry } from './zip.ts';

/** What a zip is made of, as CycloneDX: https://cyclonedx.org/docs/1.5/json. npm writes it of package-lock.json; a zip has its own part of that. */

const text = z.string();
const componentSchema = z.object({
  type: text,
  'bom-ref': text,
  name: text,
  version: text,
  purl: text,
  externalReferences: z.array(z.unknown()).optional(),
  hashes: z.array(z.unknown()).optional(),
  licenses: z.array(z.unknown()).optional(),
});

/** What npm's version, this moment and this machine would change is not read, so it is in no zip. */
const bomSchema = z.object({
  $schema: text,
  bomFormat: z.literal('CycloneDX'),
  specVersion: text,
  metadata: z.object({ component: componentSchema }),
  components: z.array(componentSchema),
  dependencies: z.array(z.object({ ref: text, dependsOn: z.array(text) })),
});

export type Bom = z.infer<typeof bomSchema>;

/** Of all that package-lock.json of that folder has: npm 11 with `--omit=dev` leaves out what both need. */
export async function lockedBom(root: string): Promise<Bom> {
  const words = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
  const { stdout } = await promisify(execFile)('npm', [...words, '--loglevel=error'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  return bomSchema.parse(JSON.parse(stdout));
}

/** `sbom.cdx.json` of the zip of one function. */
export function sbomOf(name: string, carried: Carried[], bom: Bom): Entry {
  const { metadata, components, dependencies, ...form } = bom;
  const root = metadata.component['bom-ref'];
  const own = carried.map(one => componentOf(one, components));
  const refs = new Set([root, ...own.map(one => one['bom-ref'])]);
  const document = {
    ...form,
    version: 1,
    // npm's name for it is that of the folder that holds the checkout.
    metadata: {
      component: { ...metadata.component, type: 'application', name: `darkroom-${name}` },
    },
    components: own.toSorted((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1)),
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(one => refs.has(one)) })),
  };
  return { path: 'sbom.cdx.json', bytes: Buffer.from(`${JSON.stringify(document, null, 1)}\n`) };
}

function componentOf(carried: Carried, components: Bom['components']) {
  const { name, version, place } = carried;
  const found = components.find(one => one.name === name && one.version === version);
  if (found) return { ...found, ...inside(carried) };
  const locked = components.filter(one => one.name === name).map(one => one.version);
  const known = locked.join(' or ') || 'nothing';
  throw new Error(
    `${place}: expected ${known}, as package-lock.json has of ${name}, received ${version}: npm ci`,
  );
}

/** The libraries within sharp's native one, which no package manager knows of. */
function inside({ name, version, said }: Carried) {
  const versions = said.find(({ path }) => path === 'versions.json');
  if (!versions) return {};
  const libraries = z.record(text, text).parse(JSON.parse(textOf(versions)));
  return {
    components: Object.entries(libraries).map(([library, of]) => ({
      type: 'library',
      'bom-ref': `${name}@${version}/${library}@${of}`,
      name: library,
      version: of,
      purl: `pkg:generic/${library}@${of}`,
    })),
  };
}

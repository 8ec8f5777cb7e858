import { beforeAll, describe, expect, it } from 'vitest';
import { type Carried, carriedFrom } from '../../../scripts/packaging/carried.ts';
import { type Bom, lockedBom, sbomOf } from '../../../scripts/packaging/sbom.ts';

const root = process.cwd();
let bom: Bom;
let carried: Carried[];
beforeAll(async () => {
  bom = await lockedBom(root);
  const places = ['sharp', 'semver', 'debug', 'ms', '@img/sharp-libvips-linux-x64'];
  carried = await Promise.all(places.map(name => carriedFrom(root, `node_modules/${name}`)));
});

const written = (name: string, of: Carried[], from = bom) =>
  Buffer.from(sbomOf(name, of, from).bytes).toString('utf8');

describe('the SBOM of a zip', () => {
  it('has what the zip has, how it depends on each other, and nothing else of the lockfile', () => {
    const { components, dependencies } = JSON.parse(written('sweep', carried));
    const refs = carried.map(({ name, version }) => `${name}@${version}`).sort();
    expect(components.map((one: { 'bom-ref': string }) => one['bom-ref'])).toEqual(refs);
    const by = Object.fromEntries(
      dependencies.map((one: { ref: string; dependsOn: string[] }) => [one.ref, one.dependsOn]),
    );
    expect(Object.keys(by).sort()).toEqual(['darkroom@0.1.0', ...refs].sort());
    const debug = refs.find(ref => ref.startsWith('debug@')) ?? '';
    expect(by[debug]).toEqual([refs.find(ref => ref.startsWith('ms@'))]);
  });

  it('is the same in whatever order, and whenever npm is asked', async () => {
    const again = await lockedBom(root);
    expect(written('sweep', carried.toReversed(), again)).toBe(written('sweep', carried));
  });

  it('names the libraries in libvips by their versions', () => {
    const { components } = JSON.parse(written('sweep', carried));
    const inside = components.flatMap((one: { components?: object[] }) => one.components ?? []);
    expect(inside).toContainEqual(
      expect.objectContaining({
        name: 'vips',
        purl: expect.stringMatching(/^pkg:generic\/vips@8\./),
      }),
    );
  });

  it('is refused where what is installed is not what the lockfile has', () => {
    const [sharp] = carried;
    const other = { ...sharp!, version: '0.1.0' };
    expect(() => sbomOf('sweep', [other], bom)).toThrow(
      `node_modules/sharp: expected ${sharp!.version}, as package-lock.json has of sharp, received 0.1.0: npm ci`,
    );
  });
});

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { closureIn, lockedClosure, sharpFiles } from '../../../scripts/packaging/sharp-closure.ts';
import type { Entry } from '../../../scripts/packaging/zip.ts';

interface Lock {
  packages: Record<string, { version: string; integrity?: string }>;
}
const lock = (): Lock => JSON.parse(readFileSync('package-lock.json', 'utf8'));

describe('the closure of sharp in package-lock.json', () => {
  it('has its natives for every platform, and each dependency where Node.js finds it', () => {
    const places = Object.keys(closureIn(lock()));
    expect(places).toContain('node_modules/@img/sharp-linux-x64');
    expect(places).toContain('node_modules/@img/sharp-darwin-arm64');
    expect(places.filter(place => place.endsWith('/semver'))).toEqual([
      lock().packages['node_modules/sharp/node_modules/semver']
        ? 'node_modules/sharp/node_modules/semver'
        : 'node_modules/semver',
    ]);
    expect(places).not.toContain('node_modules/ali-oss');
  });

  it('is refused without the native part for FC', () => {
    const { packages } = lock();
    delete packages['node_modules/@img/sharp-libvips-linux-x64'];
    expect(() => closureIn({ packages })).toThrow(
      'package-lock.json: expected node_modules/@img/sharp-libvips-linux-x64 below sharp, received none',
    );
  });

  it('is refused where a hash is missing', () => {
    const { packages } = lock();
    delete packages['node_modules/detect-libc']!.integrity;
    expect(() => closureIn({ packages })).toThrow(
      'package-lock.json: expected an integrity at node_modules/detect-libc › integrity',
    );
  });
});

describe('what npm fetches', () => {
  let files: Entry[];
  beforeAll(async () => {
    files = await sharpFiles(await lockedClosure('package-lock.json'));
  });

  it('is of linux, x64 and glibc, whatever runs here, with its licences and no links', () => {
    const packages = files.filter(({ path }) => path.endsWith('/package.json'));
    const natives = packages.map(({ path }) => path).filter(path => path.includes('@img/sharp'));
    expect(natives.sort()).toEqual([
      'node_modules/@img/sharp-libvips-linux-x64/package.json',
      'node_modules/@img/sharp-linux-x64/package.json',
    ]);
    expect(files.filter(({ path }) => path.includes('.bin/'))).toEqual([]);
    expect(files.map(({ path }) => path)).toContain('node_modules/sharp/LICENSE');
  });

  it('is refused where it is not what the lock hashed', async () => {
    const { packages } = lock();
    const tampered = packages['node_modules/detect-libc']!;
    tampered.integrity = packages['node_modules/sharp']!.integrity!;
    await expect(sharpFiles(closureIn({ packages }))).rejects.toThrow(
      /^expected npm to fetch sharp for FC as package-lock\.json says: .*EINTEGRITY/s,
    );
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  newestNeeds,
  tooLarge,
  tooNewApis,
  tooNewLibraries,
} from '../../../scripts/packaging/checks.ts';
import { isElf, versionNeeds } from '../../../scripts/packaging/elf.ts';
import { lockedClosure, sharpFiles } from '../../../scripts/packaging/sharp-closure.ts';
import type { Entry } from '../../../scripts/packaging/zip.ts';
import { newFolder } from '../../support/folders.ts';

let binaries: Entry[];
beforeAll(async () => {
  const files = await sharpFiles(await lockedClosure('package-lock.json'));
  binaries = files.filter(({ bytes }) => isElf(bytes));
});

/** The real binaries, one of their names written over by one of the same length. */
function renamed(from: string, to: string): Entry[] {
  return binaries.map(({ path, bytes }) => {
    const text = Buffer.from(bytes).toString('latin1').replaceAll(`\0${from}\0`, `\0${to}\0`);
    return { path, bytes: Buffer.from(text, 'latin1') };
  });
}

describe('the binaries of sharp', () => {
  it('ask for what Debian 10 has, and glibc leaves no room', () => {
    expect(binaries.map(({ path }) => path)).toEqual([
      expect.stringMatching(/sharp-libvips-linux-x64\/lib\/libvips-cpp\.so/),
      expect.stringMatching(/sharp-linux-x64\/lib\/sharp-linux-x64-.*\.node/),
    ]);
    expect(tooNewLibraries(binaries)).toEqual([]);
    expect(newestNeeds(binaries)).toMatch(
      /^CXXABI_1\.3\.\d+ GCC_\S+ GLIBCXX_3\.4\.\d+ GLIBC_2\.28$/,
    );
  });

  it.each([
    ['GLIBC_2.28', 'GLIBC_2.29', 'libc.so.6'],
    ['GLIBCXX_3.4.22', 'GLIBCXX_3.4.26', 'libstdc++.so.6'],
    ['CXXABI_1.3.11', 'CXXABI_1.3.12', 'libstdc++.so.6'],
    ['GCC_4.2.0', 'GCC_9.0.0', 'libgcc_s.so.1'],
    ['GLIBC_2.28', 'GLIBC_ABI_', 'libc.so.6'],
  ])('are refused with %s in place of %s', (from, to, library) => {
    const [problem, ...others] = tooNewLibraries(renamed(from, to));
    expect(problem).toBe(
      `node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7: expected versions that Debian 10 has (GLIBC_2.28, GLIBCXX_3.4.25, CXXABI_1.3.11, GCC_7.0.0), received ${to} of ${library}`,
    );
    // One for each library that the name is asked of.
    expect(others.every(other => other.includes(`received ${to} of `))).toBe(true);
  });

  it('are read as readelf reads them', ({ skip }) => {
    const readelf = '/usr/bin/readelf';
    if (!existsSync(readelf)) skip();
    const folder = newFolder();
    for (const { bytes } of binaries) {
      writeFileSync(join(folder, 'binary'), bytes);
      const said = execFileSync(readelf, ['-V', join(folder, 'binary')], { encoding: 'utf8' });
      const names = [...said.split("'.gnu.version_r'")[1]!.matchAll(/Name: (\S+)/g)];
      expect(versionNeeds(bytes).map(({ version }) => version)).toEqual(
        names.map(([, name]) => name),
      );
    }
  });

  it.each([
    ['no ELF file', () => Buffer.from('#!/bin/sh')],
    ['one of 32 bits', () => patched(4, 1)],
    ['one of the other byte order', () => patched(5, 2)],
  ])('are refused as %s', (_, file) => {
    expect(() => versionNeeds(file())).toThrow('expected an ELF file of 64 bits, little-endian');
  });

  it('are refused without section headers, which would hide what they need', () => {
    expect(() => versionNeeds(patched(60, 0))).toThrow('expected section headers, received none');
  });
});

function patched(at: number, value: number): Buffer {
  const copy = Buffer.from(binaries[1]!.bytes);
  copy[at] = value;
  return copy;
}

describe('a bundle', () => {
  const bundle = (code: string): Entry[] => [{ path: 'index.mjs', bytes: Buffer.from(code) }];

  it('may call what Node.js 20.10 has', () => {
    const code = `import { readFile } from 'node:fs/promises'; import.meta.resolve('x'); fetch('x'); structuredClone(1);
      const b = typeof navigator < 'u' ? navigator.userAgent : process.version; [].toSorted();`;
    expect(tooNewApis(bundle(code))).toEqual([]);
  });

  it.each([
    ['import.meta.dirname', 'console.log(import.meta.dirname)'],
    ['process.loadEnvFile', 'process.loadEnvFile()'],
    ['process.getBuiltinModule', "process.getBuiltinModule('fs')"],
    ['fs.glob', "import { glob } from 'node:fs'; glob('*')"],
    ['util.styleText', "import * as util from 'util'; util.styleText('red', '')"],
    ['fs.openAsBlob', "import { openAsBlob } from 'node:fs'; openAsBlob('x')"],
    ['Object.groupBy', 'Object.groupBy([], x => x)'],
    ['Promise.withResolvers', 'Promise.withResolvers()'],
    ['Array.fromAsync', 'Array.fromAsync([])'],
  ])('is refused with %s', (name, code) => {
    const problems = tooNewApis(bundle(code));
    expect(problems[0]).toMatch(/^index\.mjs:1:\d+: /);
    expect(problems[0]).toContain(`'${name}' is `);
  });

  it('is refused where it cannot be parsed, or asks not to be checked', () => {
    expect(tooNewApis(bundle('let let = 1'))).toHaveLength(1);
    expect(tooNewApis(bundle('/* eslint-disable */ process.loadEnvFile()'))).not.toEqual([]);
  });
});

describe('a zip', () => {
  it.each([
    [true, 12_000_000, 'expected a zip of at most 12 MB, received 12.00 MB'],
    [false, 1_000_000, 'expected a zip of at most 1 MB, received 1.00 MB'],
  ])('that renders: %s, has at most %d bytes', (renders, most, sentence) => {
    expect(tooLarge(new Uint8Array(most), renders)).toEqual([]);
    expect(tooLarge(new Uint8Array(most + 1), renders)).toEqual([sentence]);
  });
});

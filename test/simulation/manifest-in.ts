import type { Manifest } from '../../shared/core/set/manifest.ts';

/** Those that were looked at: most are looked at several times. */
const manifests = new WeakMap<Buffer, Manifest>();

/** Written by the code that is judged: what cannot be read fails the history loudly. */
export function manifestIn(bytes: Buffer): Manifest {
  const manifest = manifests.get(bytes) ?? JSON.parse(bytes.toString('utf8'));
  manifests.set(bytes, manifest);
  return manifest;
}

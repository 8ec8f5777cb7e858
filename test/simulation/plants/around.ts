import { parseManifestKey } from '../../../shared/core/set/keys.ts';
import type { ObjectStore } from '../../../shared/ports.ts';
import { manifestIn } from '../manifest-in.ts';
import type { Env } from '../wiring.ts';

/** What faults are put around the code with. */

export type Put = ObjectStore['put'];

/** What is said of something that was not written. */
export const WRITTEN = { etag: '0'.repeat(32) };

export const withDerivatives = (env: Env, change: Partial<ObjectStore>): Env => ({
  ...env,
  derivatives: { ...env.derivatives, ...change },
});
export const withConfig = (env: Env, change: Partial<ObjectStore>): Env => ({
  ...env,
  config: { ...env.config, ...change },
});

export const isManifest = (key: string) => parseManifestKey(key) !== undefined;
export const changedManifest = (
  bytes: Buffer,
  change: (manifest: ReturnType<typeof manifestIn>) => object,
) => Buffer.from(JSON.stringify(change(manifestIn(bytes))));

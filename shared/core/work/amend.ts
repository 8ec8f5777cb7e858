import type { SetFile } from '../set/findings.ts';
import type { Manifest, ManifestVariant } from '../set/manifest.ts';
import type { Mode } from './run.ts';

/**
 * Whether a run in this mode has anything to do with an original that has this manifest, or none. A manifest that is
 * younger than the run may be the work of an earlier attempt at the same batch, which may not have ended it.
 */
export function concerns(mode: Mode, manifest: Manifest | undefined, startedAt: string): boolean {
  if (manifest && manifest.committedAt >= startedAt) return true;
  if (mode === 'missing') return manifest === undefined;
  if (mode === 'stale') return manifest !== undefined;
  if (mode === 'retry-failed') return manifest !== undefined && hasFailed(manifest);
  return true;
}

function hasFailed({ failure, variants }: Manifest): boolean {
  return failure !== undefined || variants.some(({ state }) => state === 'failed');
}

/** What a bulk run is to make anew, and since when it counts as made. */
export interface Anew {
  mode: Mode;
  preset?: string | undefined;
  /** Of the run, ISO-8601: what is younger is its own work, done by an earlier attempt at the same batch. */
  startedAt: string;
  /** ISO-8601: until now the manifest named what is retired. */
  now: string;
}

/** How a run sees a manifest: what it is to make anew is not there. */
export function amendFor({ mode, preset, startedAt, now }: Anew) {
  if (mode !== 'retry-failed' && mode !== 'force') return undefined;
  return (manifest: Manifest): Manifest => {
    if (manifest.committedAt >= startedAt) return manifest;
    const hopeful = withoutFailures(manifest);
    return mode === 'force' ? withoutFiles(hopeful, preset, now) : hopeful;
  };
}

function withoutFailures({ failure: _, ...manifest }: Manifest): Manifest {
  return { ...manifest, variants: manifest.variants.filter(({ state }) => state !== 'failed') };
}

/** As retired files they are neither kept nor forgotten: those still wanted are written anew, the others go in time. */
function withoutFiles(manifest: Manifest, preset: string | undefined, retiredAt: string): Manifest {
  const isForced = (one: { preset: string }) => preset === undefined || one.preset === preset;
  const files = manifest.variants.filter(one => isForced(one) && one.state === 'rendered');
  // Where all is made anew, so is what decides of it.
  const { content, ...original } = manifest.original;
  const stands = preset !== undefined && content !== undefined;
  return {
    ...manifest,
    original: stands ? { ...original, content } : original,
    variants: manifest.variants.filter(variant => !isForced(variant)),
    retired: [...manifest.retired, ...files.map(({ key }) => ({ key, retiredAt }))],
  };
}

/**
 * Files made on demand are recorded as what they are, whoever made them: they retire with an edit as any other, and runs
 * side by side come to the same. One that `keep` dropped, and that is there, may be what a run that died left of it: since
 * when it is there, the listing says.
 */
export function withMade(now: string) {
  return (manifest: Manifest, files: ReadonlyMap<string, SetFile>): Manifest => {
    const recorded = (variant: ManifestVariant): ManifestVariant => {
      const found = files.get(variant.key);
      if (variant.state !== 'on_demand' || found === undefined) return variant;
      const { deferred: _d, aged, ...file } = variant;
      const renderedAt = aged ? found.modifiedAt.toISOString() : now;
      return { ...file, state: 'rendered', bytes: found.bytes, renderedAt };
    };
    const variants = manifest.variants.map(recorded);
    const isNew = variants.some((variant, index) => variant !== manifest.variants[index]);
    return isNew ? { ...manifest, variants } : manifest;
  };
}

/**
 * What is recorded of the picture is enough to plan, so an original that cannot be read is not noticed where nothing is
 * to be made: without it the original is read, and the set stays.
 */
export function asUnread(startedAt: string) {
  return (manifest: Manifest): Manifest => {
    if (manifest.committedAt >= startedAt) return manifest;
    const { key, etag, bytes, crc64, content } = manifest.original;
    return {
      ...manifest,
      original: {
        key,
        etag,
        bytes,
        ...(crc64 === undefined ? {} : { crc64 }),
        ...(content ? { content } : {}),
      },
    };
  };
}

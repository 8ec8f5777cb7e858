import { parseDerivativeKey } from './keys.ts';
import { isAged, type Manifest } from './manifest.ts';

/**
 * What an edit replaces shows the same picture: it goes without a purge, and a CDN may have it for long. The manifest
 * names the versions that have such files, so that a later delete or overwrite purges the whole directory.
 */

/** The manifest is public, so this stays short: of more, the oldest are purged at once, and not when their last file goes. */
const MOST_UNPURGED = 20;

/** Said before they go, since nobody may live to say it afterwards. */
export function withUnpurged(manifest: Manifest, toRemove: string[]): Manifest {
  const { version } = manifest;
  return toRemove.some(key => versionOfFile(key) === version) ? withMore(manifest) : manifest;
}

/** The CDN may have files of the version in force that are not there. */
export function withMore(manifest: Manifest, version = manifest.version): Manifest {
  const { unpurged = [] } = manifest;
  if (unpurged.includes(version)) return manifest;
  return { ...manifest, unpurged: [...unpurged, version] };
}

/** What the CDN may have although the bucket has not, by its name. */
export function agedIn(manifest: Manifest | undefined): string[] {
  return manifest?.variants.filter(isAged).map(({ key }) => key) ?? [];
}

/** The CDN may have files that `keep` dropped, and that nothing names from now on. */
export function withForgotten(manifest: Manifest, before: Manifest | undefined): Manifest {
  const stillNamed = new Set(
    manifest.variants.filter(one => isAged(one) || one.state === 'rendered').map(({ key }) => key),
  );
  const isAny = agedIn(before).some(key => !stillNamed.has(key));
  return before && isAny ? withMore(manifest, before.version) : manifest;
}

/**
 * Retired files that a listing does not show were removed by somebody who did not live to say it, or whose removal came
 * later than its answer: maybe after their purge, and the CDN had a while to fetch them anew.
 */
export function withVanished(
  manifest: Manifest,
  before: Pick<Manifest, 'retired'> | undefined,
  isThere: (key: string) => boolean,
): Manifest {
  const vanished = before?.retired.filter(({ key }) => !isThere(key)) ?? [];
  return vanished.reduce<Manifest>((told, { key }) => withMore(told, versionOfFile(key)), manifest);
}

/**
 * Replaced versions whose purge is due: no file is left whose removal would bring it, or there are too many of them. Files
 * that such a version still has are purged by their names when they go.
 */
export function duePurges({ version, unpurged = [], retired }: Manifest): string[] {
  const there = new Set(retired.map(({ key }) => versionOfFile(key)));
  const tooMany = new Set(unpurged.slice(0, -MOST_UNPURGED));
  return unpurged.filter(one => one !== version && (!there.has(one) || tooMany.has(one)));
}

export function versionOfFile(key: string): string | undefined {
  return parseDerivativeKey(key)?.version;
}

import { Failure } from '../../shared/core/failure.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import type { Manifest } from '../../shared/core/set/manifest.ts';
import type { Status } from '../../shared/core/set/status.ts';
import { urlOf } from '../../shared/core/work/purge.ts';
import { listInForce } from '../../shared/pipeline/edits/list-in-force.ts';
import { lookAt } from '../../shared/pipeline/inspect/survey.ts';
import type { Photo, PhotoFile } from '../../studio/wire.ts';
import type { Connection } from '../cloud/connection.ts';
import { whyOf } from '../inspect/variant-texts.ts';
import { entryOf } from './standing.ts';

/** What `darkroom explain` says of a key, for the page. Throws KEY_UNUSABLE where there is nothing of that name. */
export async function photoOf(
  key: string,
  connection: Connection,
  took: ReadonlyMap<string, number>,
): Promise<Photo> {
  const { originals, config, cdn } = connection;
  const domain = cdn?.domain ?? '';
  const presets = await listInForce(config, {}).current();
  const stores = { ...connection, presets, now: () => new Date() };
  const looked = await lookAt(key, await originals.head(key), stores);
  const { status } = looked;
  const manifest = looked.manifest === 'unreadable' ? undefined : looked.manifest;
  if (!status.original && !manifest) {
    throw new Failure('KEY_UNUSABLE', `expected the key of an original, there is no ${key}`);
  }
  const { picture } = status;
  const said = status.original?.focus;
  return {
    entry: entryOf(status, manifest, domain),
    ...(picture && {
      size: { width: picture.width, height: picture.height, format: picture.format },
    }),
    ...whyNot(status),
    ...(status.rule && {
      rule: `${status.rule.match} → ${[status.rule.presets].flat().join(', ')}`,
    }),
    ...(typeof said === 'object' ? { focus: said } : {}),
    files: filesOf(status, manifest, domain).map(file => withTime(file, took)),
    ...(manifest && { manifest }),
    manifestUrl: urlOf(domain, manifestKey(key)),
  };
}

function whyNot({ failure, unasked, takenDown, withheld, rule }: Status): { why?: string } {
  if (takenDown) return { why: `taken down at ${takenDown.at}: nothing is rendered of it` };
  if (withheld) return { why: `${withheld}: nothing is published of it` };
  if (failure) return { why: `${failure.code}: ${failure.message}` };
  if (unasked) return { why: unasked };
  return rule ? {} : { why: 'no rule matches: nothing is made of it' };
}

/** Before the picture is known a file has no key, and may yet be ruled out. */
function filesOf(
  { variants }: Status,
  manifest: Manifest | undefined,
  domain: string,
): PhotoFile[] {
  const recorded = new Map(manifest?.variants.map(one => [one.key, one]));
  return variants.map(variant => {
    const { preset, format, width, state, key } = variant;
    const known = key === undefined ? undefined : recorded.get(key);
    return {
      ...{ preset, format, width, state, why: whyOf(variant) },
      ...(known && { height: known.height }),
      ...(key &&
        (known?.state === 'rendered' || known?.state === 'on_demand') && {
          key,
          url: urlOf(domain, key),
        }),
      ...(state === 'rendered' && { bytes: variant.bytes }),
    };
  });
}

function withTime(file: PhotoFile, took: ReadonlyMap<string, number>): PhotoFile {
  const milliseconds = file.key === undefined ? undefined : took.get(file.key);
  return milliseconds === undefined ? file : { ...file, milliseconds };
}

import { PUBLISHED_KEY } from '../../../shared/core/list/published.ts';
import {
  manifestKey,
  parseDerivativeKey,
  parseManifestKey,
} from '../../../shared/core/set/keys.ts';
import { isAged } from '../../../shared/core/set/manifest.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import type { SimulatedBucket } from '../bucket.ts';
import type { World } from '../world.ts';
import { isBlamed, jsonAt, manifestAt } from './stored.ts';

/** What no bucket has by `keep` is there for whoever asks, is recorded, and goes once more when its time is over. */
export async function agedFilesComeBack(world: World): Promise<void> {
  const { buckets, cloud, judge, stage } = world;
  const aged = agedFiles(world);
  stage.onStage = undefined;
  const answers = aged.map((key, index) =>
    cloud.ask('on-cdn-miss', `view ${index}`, Buffer.from(key)),
  );
  await stage.line.drain();
  for (const [index, answer] of (await Promise.all(answers)).entries()) {
    const { found, code = '' } = answer as { found?: string; code?: string };
    if (found !== 'file') judge.accuse('not-answered', `${aged[index]}: ${found} ${code}`);
  }
  for (const key of aged.filter(one => !isRecorded(one, buckets.derivatives))) {
    judge.accuse('not-recorded', `${key}, which a view made again`);
  }
}

export function agedFilesAreGone(world: World): void {
  const { buckets, judge } = world;
  const kept = new Set(keptPresets(buckets.config));
  for (const key of buckets.derivatives.keys()) {
    const name = parseDerivativeKey(key);
    if (name && isBlamed(name.original, buckets.derivatives)) continue;
    if (name && kept.has(name.preset)) judge.accuse('outstays', `${key}, days after it was made`);
  }
}

function agedFiles({ buckets: { derivatives } }: World): string[] {
  return derivatives
    .keys()
    .filter(key => parseManifestKey(key) !== undefined && key !== PUBLISHED_KEY)
    .flatMap(key => manifestAt(derivatives, key) ?? [])
    .filter(({ failure }) => failure === undefined)
    .flatMap(({ variants }) => variants.filter(isAged).map(({ key }) => key));
}

function isRecorded(key: string, derivatives: SimulatedBucket): boolean {
  const manifest = manifestAt(derivatives, manifestKey(parseDerivativeKey(key)?.original ?? ''));
  const entry = manifest?.variants.find(one => one.key === key);
  return entry?.state === 'rendered' && derivatives.objects.has(key);
}

function keptPresets(config: SimulatedBucket): string[] {
  const presets: { name: string; keep?: string }[] =
    jsonAt(config, IN_FORCE_KEY)?.list.presets ?? [];
  return presets.filter(({ keep }) => keep !== undefined).map(({ name }) => name);
}

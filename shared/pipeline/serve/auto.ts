import {
  type AutoRequest,
  type ClientFacts,
  chosenVariant,
  mistakeIn,
} from '../../core/set/client-choice.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { Manifest, ManifestVariant } from '../../core/set/manifest.ts';
import type { Darkroom } from '../darkroom.ts';
import { readManifest } from '../stored-set.ts';
import { isKnownToKill } from './miss-guard.ts';
import { unlessUnusable } from './unless-unusable.ts';

export type Auto =
  | { found: 'variant'; key: string }
  | { found: 'nothing' }
  /** Whatever there is: the question itself is wrong. */
  | { found: 'mistake'; expected: string };

/** The file of a preset that suits the client best: one read of the manifest, and no pixel. */
export async function answerAuto(
  asked: AutoRequest,
  facts: ClientFacts,
  darkroom: Darkroom,
): Promise<Auto> {
  if (unusableKey(asked.original)) return { found: 'nothing' };
  return await unlessUnusable(() => choose(asked, facts, darkroom));
}

async function choose(
  { preset, original }: AutoRequest,
  facts: ClientFacts,
  darkroom: Darkroom,
): Promise<Auto> {
  const { derivatives, listInForce } = darkroom;
  const [manifest, { list }] = await Promise.all([
    readManifest(original, derivatives),
    listInForce.current(),
  ]);
  const expected = mistakeIn(facts, list.clients);
  if (expected) return { found: 'mistake', expected };
  if (!manifest) return { found: 'nothing' };
  let files = filesToBeHad(manifest).filter(one => one.preset === preset);
  for (;;) {
    const chosen = chosenVariant(files, facts, list.clients);
    if (!chosen) return { found: 'nothing' };
    const isToBeMade = chosen.state === 'on_demand';
    const kills = isToBeMade && (await isKnownToKill(chosen.key, manifest.original, darkroom));
    if (!kills) return { found: 'variant', key: chosen.key };
    files = files.filter(one => one !== chosen);
  }
}

/** Of an original that cannot be read any more, what was made is there, and nothing is made on demand. */
function filesToBeHad({ failure, variants }: Manifest): ManifestVariant[] {
  return failure ? variants.filter(({ state }) => state === 'rendered') : variants;
}

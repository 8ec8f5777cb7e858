import { type ClientFacts, chosenVariant } from '../../core/set/client-choice.ts';
import { unusableKey } from '../../core/set/keys.ts';
import type { Darkroom } from '../darkroom.ts';
import { readManifest } from '../stored-set.ts';

export type Auto = { found: 'variant'; key: string } | { found: 'nothing' };

/** `auto/{preset}/{original key}`: for clients that hold a key and nothing else. */
const AUTO = /^auto\/([a-z][a-z0-9-]*)\/(.+)$/s;

export function isAuto(key: string): boolean {
  return AUTO.test(key);
}

/** The file of a preset that suits the client best: one read of the manifest, and no pixel. */
export async function answerAuto(
  key: string,
  facts: ClientFacts,
  darkroom: Darkroom,
): Promise<Auto> {
  const [, preset, original] = AUTO.exec(key) ?? [];
  if (!preset || !original || unusableKey(original)) return { found: 'nothing' };
  const [manifest, { list }] = await Promise.all([
    readManifest(original, darkroom.derivatives),
    darkroom.listInForce.current(),
  ]);
  const variants = (manifest?.variants ?? []).filter(one => one.preset === preset);
  const chosen = chosenVariant(variants, facts, list.clients);
  return chosen ? { found: 'variant', key: chosen.key } : { found: 'nothing' };
}

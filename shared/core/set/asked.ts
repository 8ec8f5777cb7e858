import type { Preset, PresetList } from '../list/preset-list.ts';
import { presetsFor } from '../list/rules.ts';
import { isFolder } from './keys.ts';

/** Whether anything is wanted of a key of the originals bucket, before its picture is known. */

interface Key {
  key: string;
  /** Undefined where they are not known. */
  bytes: number | undefined;
}

export function askedPresets({ key, bytes }: Key, list: PresetList): Preset[] {
  return isFolder(key, bytes) ? [] : presetsFor(key, list);
}

export function isAsked(key: Key, list: PresetList): boolean {
  return askedPresets(key, list).length > 0;
}

/** For people. Undefined where something is wanted. */
export function reasonNotToAsk(key: Key, list: PresetList): string | undefined {
  if (isAsked(key, list)) return undefined;
  const isUnruled = presetsFor(key.key, list).length === 0;
  return isUnruled ? 'no rule of the preset list asks for it' : 'it is a folder of no bytes';
}

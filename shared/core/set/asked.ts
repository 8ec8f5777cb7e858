import type { Preset, PresetList } from '../list/preset-list.ts';
import { presetsFor } from '../list/rules.ts';
import { isFolder } from './keys.ts';
import type { Link } from './manifest.ts';

/** Whether anything is wanted of a key of the originals bucket, before its picture is known. */

interface Key {
  key: string;
  /** Undefined where they are not known. */
  bytes: number | undefined;
  /** Undefined where it is none, or where it was not looked behind. */
  link?: Link | undefined;
}

export interface Asked {
  /** Undefined where something is wanted; for people. */
  reason: string | undefined;
  /** None where there is a reason. */
  presets: Preset[];
}

export function askedOf(one: Key, list: PresetList): Asked {
  const presets = presetsFor(one.key, list);
  const reason = reasonIn(presets, one, list);
  return { reason, presets: reason === undefined ? presets : [] };
}

export function isAsked(one: Key, list: PresetList): boolean {
  return askedOf(one, list).reason === undefined;
}

/** Who may upload to one folder may make a symlink to any: it publishes nothing that is not published anyway. */
function reasonIn(
  presets: Preset[],
  { key, bytes, link }: Key,
  list: PresetList,
): string | undefined {
  if (presets.length === 0) return 'no rule of the preset list asks for it';
  if (isFolder(key, bytes)) return 'it is a folder of no bytes';
  if (!link) return undefined;
  if (link.isDown) return `${link.target}, which it leads to, was taken down`;
  return presetsFor(link.target, list).length === 0
    ? `no rule of the preset list asks for ${link.target}, which it leads to`
    : undefined;
}

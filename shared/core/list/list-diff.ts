import { type DeclaredFile, declaredFiles } from './declared-file.ts';
import { differences, inWords } from './differences.ts';
import type { OutputFormat, Preset, PresetList } from './preset-list.ts';

/** What an edit of the preset list changes, in words for people. */

export interface NamedFile {
  format: OutputFormat;
  width: number;
}

export interface PresetDiff {
  preset: string;
  kind: 'keep' | 'add' | 'change' | 'retire';
  /** The fields that differ: `widths: 480, 720 → 480, 800`. */
  differs: string[];
  added: NamedFile[];
  removed: NamedFile[];
  /** There before and after, of other bytes under another key. */
  remade: NamedFile[];
}

export interface ListDiff {
  /** In the order of the new list, then those that are gone. */
  presets: PresetDiff[];
  rules: string[];
  /** What differs outside of presets and rules. */
  list: string[];
  /** Every fingerprint is another: the epoch, or what all recipes take from the list, moved. */
  movesAll: boolean;
}

export function listDiff(old: PresetList, next: PresetList): ListDiff {
  const { presets: oldPresets, rules: oldRules, ...oldRest } = old;
  const { presets: nextPresets, rules: nextRules, ...nextRest } = next;
  const kept = new Set(nextPresets.map(({ name }) => name));
  const gone = oldPresets.filter(({ name }) => !kept.has(name));
  return {
    presets: [...nextPresets, ...gone].map(({ name }) => presetDiff(name, old, next)),
    rules: ruleDifferences(oldRules, nextRules),
    list: differences(oldRest, nextRest),
    movesAll: old.epoch !== next.epoch || differences(old.metadata, next.metadata).length > 0,
  };
}

function presetDiff(name: string, old: PresetList, next: PresetList): PresetDiff {
  const [before, after] = [old, next].map(list => list.presets.find(one => one.name === name));
  const had = new Map(filesOf(before, old).map(file => [placeOf(file), file]));
  const wants = new Map(filesOf(after, next).map(file => [placeOf(file), file]));
  const differs = before && after ? differences(before, after) : [];
  const added = [...wants.values()].filter(file => !had.has(placeOf(file)));
  const removed = [...had.values()].filter(file => !wants.has(placeOf(file)));
  const remade = [...wants.values()].filter(file => {
    const twin = had.get(placeOf(file));
    return twin !== undefined && twin.fingerprint !== file.fingerprint;
  });
  const isKept = differs.length + remade.length === 0;
  const kind = !before ? 'add' : !after ? 'retire' : isKept ? 'keep' : 'change';
  return {
    preset: name,
    kind,
    differs,
    added: added.map(named),
    removed: removed.map(named),
    remade: remade.map(named),
  };
}

function filesOf(preset: Preset | undefined, list: PresetList): DeclaredFile[] {
  return preset ? declaredFiles([preset], list) : [];
}

function placeOf({ format, width }: NamedFile): string {
  return `${width} ${format}`;
}

function named({ format, width }: DeclaredFile): NamedFile {
  return { format, width };
}

/** By their globs: a second rule of one glob never decides anything. */
function ruleDifferences(old: PresetList['rules'], next: PresetList['rules']): string[] {
  const had = presetsByGlob(old);
  const wants = presetsByGlob(next);
  const changed = [...wants].flatMap(([glob, presets]) => {
    const before = had.get(glob);
    if (before === undefined) return [`"${glob}" is new: ${presets}`];
    return before === presets ? [] : [`"${glob}": ${before} → ${presets}`];
  });
  const gone = [...had].filter(([glob]) => !wants.has(glob));
  const order = [had, wants].map(rules =>
    [...rules.keys()].filter(glob => had.has(glob) && wants.has(glob)).join('", "'),
  );
  return [
    ...changed,
    ...gone.map(([glob, presets]) => `"${glob}" is gone, it had: ${presets}`),
    ...(order[0] === order[1] ? [] : [`another order: "${order[0]}" → "${order[1]}"`]),
  ];
}

function presetsByGlob(rules: PresetList['rules']): Map<string, string> {
  const first = [...rules].reverse().map(rule => [rule.match, inWords(rule.presets)] as const);
  return new Map([...new Map(first)].reverse());
}

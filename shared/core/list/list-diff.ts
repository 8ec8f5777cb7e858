import { type Asked, askedOfPresets } from './declared-file.ts';
import { differences, inWords } from './differences.ts';
import type { OutputFormat, Preset, PresetList } from './preset-list.ts';
import { presetsOfRule, ruleIndexFor } from './rules.ts';

/** What an edit of the preset list changes: in words for people, and for one original by its key alone. */

export interface NamedFile {
  format: OutputFormat;
  width: number;
}

export interface PresetEdit {
  preset: string;
  kind: 'keep' | 'add' | 'change' | 'retire';
  /** The fields that differ: `widths: 480, 720 → 480, 800`. */
  differs: string[];
  added: NamedFile[];
  removed: NamedFile[];
  /** There before and after, of other bytes under another key. */
  remade: NamedFile[];
}

export interface ListEdit {
  /** In the order of the new list, then those that are gone. */
  presets: PresetEdit[];
  rules: string[];
  /** What differs outside of presets and rules. */
  list: string[];
  /** Every fingerprint is another: the epoch, or what all recipes take from the list, moved. */
  movesAll: boolean;
}

export function diffOf(old: PresetList, next: PresetList): ListEdit {
  const { presets: oldPresets, rules: oldRules, ...oldRest } = old;
  const { presets: nextPresets, rules: nextRules, ...nextRest } = next;
  const kept = new Set(nextPresets.map(({ name }) => name));
  const gone = oldPresets.filter(({ name }) => !kept.has(name));
  return {
    presets: [...nextPresets, ...gone].map(({ name }) => presetEdit(name, old, next)),
    rules: ruleDifferences(oldRules, nextRules),
    list: differences(oldRest, nextRest),
    movesAll: old.epoch !== next.epoch || differences(old.metadata, next.metadata).length > 0,
  };
}

function presetEdit(name: string, old: PresetList, next: PresetList): PresetEdit {
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

function filesOf(preset: Preset | undefined, list: PresetList): Asked[] {
  return preset ? askedOfPresets([preset], list) : [];
}

function placeOf({ format, width }: NamedFile): string {
  return `${width} ${format}`;
}

function named({ format, width }: Asked): NamedFile {
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

/** What an edit means for the originals under one combination of rules. */
export interface Touch {
  /** Files of the new list that have to be made, at most: pictures rule some out. */
  make: Asked[];
  /** Files of the old lists that the new one does not want, at most. */
  retire: Asked[];
  retires: number;
}

export function isTouched({ make, retires }: Touch): boolean {
  return make.length > 0 || retires > 0;
}

/**
 * An original may be in the state of any of the old lists, so what one of them does not make may be missing. With no
 * old list nothing is there. Keys under the same rules get the very same object.
 */
export function editFor(old: PresetList[], next: PresetList): (key: string) => Touch {
  const known = new Map<string, Touch>();
  return key => {
    const rule = ruleIndexFor(key, next);
    const oldRules = old.map(list => ruleIndexFor(key, list));
    const combination = [rule, ...oldRules].join();
    const touch = known.get(combination) ?? touchOf(next, rule, old, oldRules);
    known.set(combination, touch);
    return touch;
  };
}

export function touches(key: string, old: PresetList[], next: PresetList): Touch {
  return editFor(old, next)(key);
}

function touchOf(next: PresetList, rule: number, old: PresetList[], oldRules: number[]): Touch {
  const wanted = wantedUnder(rule, next);
  const before = old.map((list, index) => wantedUnder(oldRules[index] ?? -1, list));
  const make = [...wanted].filter(
    ([name, want]) =>
      want.asked.generate === 'eager' &&
      (before.length === 0 || !before.every(had => covers(had.get(name), want))),
  );
  const gone = before.flatMap(had =>
    [...had].filter(([name, want]) => !outlives(want, wanted.get(name))),
  );
  const retire = [...new Map(gone).values()];
  return {
    make: make.map(([, { asked }]) => asked),
    retire: retire.map(({ asked }) => asked),
    retires: retire.length,
  };
}

interface Want {
  asked: Asked;
  /** The preset's condition, which no key tells. */
  when: string | undefined;
}

/** By what a derivative's key names, apart from the original. */
function wantedUnder(rule: number, list: PresetList): Map<string, Want> {
  const presets = presetsOfRule(rule, list);
  const conditions = new Map(presets.map(({ name, when }) => [name, when && inWords(when)]));
  return new Map(
    askedOfPresets(presets, list).map(asked => {
      const { preset, width, fingerprint, format } = asked;
      const when = conditions.get(preset);
      return [`${preset}-${width}-${fingerprint}.${format}`, { asked, when }];
    }),
  );
}

/** Whether the old list made this file for every picture that the new one wants it of. */
function covers(had: Want | undefined, { when }: Want): boolean {
  if (had?.asked.generate !== 'eager') return false;
  return had.when === undefined || had.when === when;
}

/** Whether the new list wants this file for every picture that the old one had it of. */
function outlives(had: Want, want: Want | undefined): boolean {
  return want !== undefined && (want.when === undefined || want.when === had.when);
}

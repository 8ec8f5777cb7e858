import { type DeclaredFile, declaredFiles } from './declared-file.ts';
import { inWords } from './differences.ts';
import type { PresetList } from './preset-list.ts';
import { presetsOfRule, ruleIndexFor } from './rules.ts';

/** What an edit means for the originals under one combination of rules. */
export interface EditImpact {
  /** Files of the new list that have to be made, at most: pictures rule some out. */
  make: DeclaredFile[];
  /** Files of the old lists that the new one does not want, at most. */
  retire: DeclaredFile[];
  retires: number;
}

export function isTouched({ make, retires }: EditImpact): boolean {
  return make.length > 0 || retires > 0;
}

/**
 * An original may be in the state of any of the old lists, so what one of them does not make may be missing. With no
 * old list nothing is there. Keys under the same rules get the very same object.
 */
export function impactOf(old: PresetList[], next: PresetList): (key: string) => EditImpact {
  const known = new Map<string, EditImpact>();
  return key => {
    const rule = ruleIndexFor(key, next);
    const oldRules = old.map(list => ruleIndexFor(key, list));
    const combination = [rule, ...oldRules].join();
    const touch = known.get(combination) ?? impactUnder(next, rule, old, oldRules);
    known.set(combination, touch);
    return touch;
  };
}

function impactUnder(
  next: PresetList,
  rule: number,
  old: PresetList[],
  oldRules: number[],
): EditImpact {
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
  asked: DeclaredFile;
  /** The preset's condition, which no key tells. */
  when: string | undefined;
}

/** By what a derivative's key names, apart from the original. */
function wantedUnder(rule: number, list: PresetList): Map<string, Want> {
  const presets = presetsOfRule(rule, list);
  const conditions = new Map(presets.map(({ name, when }) => [name, when && inWords(when)]));
  return new Map(
    declaredFiles(presets, list).map(asked => {
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

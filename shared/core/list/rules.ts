import picomatch from 'picomatch';
import type { Picture } from '../picture/picture.ts';
import type { Condition, Preset, PresetList } from './preset-list.ts';

/** Which presets an original gets: the first rule whose glob matches its key decides. */
export function presetsFor(key: string, list: PresetList): Preset[] {
  return presetsOfRule(ruleIndexFor(key, list), list);
}

/** Keys under one rule get the same, so a walker remembers by it. -1 where no rule matches. */
export function ruleIndexFor(key: string, list: PresetList): number {
  return list.rules.findIndex(rule => matches(rule.match, key));
}

export function presetsOfRule(index: number, list: PresetList): Preset[] {
  const rule = list.rules[index];
  if (!rule || rule.presets === 'none') return [];
  return list.presets.filter(preset => rule.presets.includes(preset.name));
}

/** `**` alone is every key: as a glob it would miss keys such as `a//b` and `dir/`. */
function matches(glob: string, key: string): boolean {
  return glob === '**' || matcherOf(glob)(key);
}

/** Walking a bucket asks millions of times, and compiling a glob takes longer than asking it. */
const matchers = new Map<string, (key: string) => boolean>();

function matcherOf(glob: string): (key: string) => boolean {
  const known = matchers.get(glob);
  if (known) return known;
  const made = picomatch(glob, { dot: true, nonegate: true });
  matchers.set(glob, made);
  return made;
}

export function holds(condition: Condition | undefined, picture: Picture): boolean {
  const { tallerThan, widerThan, smallerThan, alpha, animated } = condition ?? {};
  return (
    (tallerThan === undefined || picture.height / picture.width > tallerThan) &&
    (widerThan === undefined || picture.width / picture.height > widerThan) &&
    (smallerThan === undefined || picture.width < smallerThan) &&
    (alpha === undefined || picture.alpha === alpha) &&
    (animated === undefined || picture.frames > 1 === animated)
  );
}

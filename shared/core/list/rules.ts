import type { Picture } from '../picture/picture.ts';
import type { Moderate } from '../moderation/moderate.ts';
import { matchesGlob } from './glob.ts';
import type { Condition, Preset, PresetList } from './preset-list.ts';

/** Which presets an original gets: the first rule whose glob matches its key decides. */
export function presetsFor(key: string, list: PresetList): Preset[] {
  return presetsOfRule(ruleIndexFor(key, list), list);
}

/** Keys under one rule get the same, so a walker remembers by it. -1 where no rule matches. */
export function ruleIndexFor(key: string, list: PresetList): number {
  return list.rules.findIndex(rule => matchesGlob(rule.match, key));
}

export function presetsOfRule(index: number, list: PresetList): Preset[] {
  const rule = list.rules[index];
  if (!rule || rule.presets === 'none') return [];
  return list.presets.filter(preset => rule.presets.includes(preset.name));
}

/** What the key's rule says of moderation; undefined where it is published unseen. */
export function moderateFor(key: string, list: PresetList): Moderate | undefined {
  if (!list.rules.some(({ moderate }) => moderate)) return undefined;
  return list.rules[ruleIndexFor(key, list)]?.moderate;
}

export function holds(condition: Condition | undefined, picture: Picture): boolean {
  const { tallerThan, widerThan, smallerThan, alpha, animated, format } = condition ?? {};
  return (
    (tallerThan === undefined || picture.height / picture.width > tallerThan) &&
    (widerThan === undefined || picture.width / picture.height > widerThan) &&
    (smallerThan === undefined || picture.width < smallerThan) &&
    (alpha === undefined || picture.alpha === alpha) &&
    (animated === undefined || picture.frames > 1 === animated) &&
    (format === undefined || format.includes(picture.format))
  );
}

/** The preset as it is for this picture. */
export function adjusted(preset: Preset, picture: Picture): Preset {
  const found = preset.adjust?.find(({ when }) => holds(when, picture));
  if (!found) return preset;
  const { fit = preset.fit, gravity = preset.gravity } = found;
  const formats = Object.entries(preset.formats).map(([name, options]) => {
    const said = found.formats?.[name as keyof typeof found.formats] ?? {};
    const { dpr2: _2, dpr3: _3, ...others } = { dpr2: 0, dpr3: 0, ...options };
    return [name, { ...('quality' in said ? others : options), ...said }];
  });
  return { ...preset, fit, gravity, formats: Object.fromEntries(formats) };
}

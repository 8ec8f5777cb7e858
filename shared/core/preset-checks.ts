import type * as z from 'zod';
import { widthsOf } from './geometry.ts';
import { type Preset, type PresetList, presetListShape } from './preset-list.ts';

/** The preset list as it must be: what a list is checked with, everywhere. */
export const presetListSchema = presetListShape.superRefine(checkPresetList);

/** What one field cannot say alone. Each complaint names its place, as zod's own do. */
function checkPresetList(list: PresetList, context: z.RefinementCtx): void {
  const complain = (path: PropertyKey[], message: string, input?: unknown) =>
    context.addIssue({ code: 'custom', path, message, input });
  checkNames(list, complain);
  for (const [index, preset] of list.presets.entries()) {
    checkGeometry(preset, (path, message, input) =>
      complain(['presets', index, ...path], message, input),
    );
  }
  for (const [index] of list.rules.entries()) checkRule(list, index, complain);
}

type Complain = (path: PropertyKey[], message: string, input?: unknown) => void;

function checkNames(list: PresetList, complain: Complain): void {
  const names = list.presets.map(preset => preset.name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    complain(['presets', index, 'name'], 'expected a name that no other preset has', name);
  }
}

function checkGeometry(preset: Preset, complain: Complain): void {
  if (preset.widths && preset.width) {
    complain(['width'], 'expected either widths or width, received both', preset.width);
  }
  if (!preset.widths && !preset.width) complain([], 'expected widths, or width, received neither');
  if (preset.widths && preset.height) {
    complain(['height'], 'expected aspect beside widths, received height', preset.height);
  }
  if (preset.aspect && preset.height) {
    complain(['aspect'], 'expected either aspect or height, received both', preset.aspect);
  }
  if (preset.fit !== 'inside' && !preset.aspect && !preset.height) {
    complain(['fit'], `expected aspect or height for fit ${preset.fit}, received neither`);
  }
  checkFormats(preset, complain);
}

function checkFormats(preset: Preset, complain: Complain): void {
  const declared = widthsOf(preset);
  for (const [index, width] of (preset.widths ?? []).entries()) {
    const twice = preset.widths?.indexOf(width) !== index;
    if (twice) complain(['widths', index], 'expected each width once: both would write one key', width);
  }
  const formats = Object.entries(preset.formats).filter(([, options]) => options);
  if (formats.length === 0) complain(['formats'], 'expected at least one format, received none');
  for (const [format, options] of formats) {
    for (const [index, width] of (options?.widths ?? []).entries()) {
      if (declared.includes(width)) continue;
      const path = ['formats', format, 'widths', index];
      complain(path, `expected one of the preset's widths (${declared.join(', ')})`, width);
    }
  }
}

function checkRule(list: PresetList, index: number, complain: Complain): void {
  const { presets } = list.rules[index] ?? {};
  if (!presets || presets === 'none') return;
  for (const [position, name] of presets.entries()) {
    const path = ['rules', index, 'presets', position];
    const known = list.presets.map(preset => preset.name);
    if (!known.includes(name)) complain(path, `expected one of: ${known.join(', ')}`, name);
    if (presets.indexOf(name) !== position) complain(path, 'expected each preset once', name);
  }
  const named = list.presets.filter(preset => presets.includes(preset.name));
  const count = named.reduce((sum, preset) => sum + variantsOf(preset), 0);
  if (count <= list.limits.variants) return;
  const message = `expected at most ${list.limits.variants} variants per original (limits.variants), received ${count}`;
  complain(['rules', index, 'presets'], message);
}

function variantsOf(preset: Preset): number {
  const all = widthsOf(preset).length;
  const formats = Object.values(preset.formats).filter(options => options !== undefined);
  return formats.reduce((sum, options) => sum + (options.widths?.length ?? all), 0);
}

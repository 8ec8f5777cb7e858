import type * as z from 'zod';
import { widthsOf } from './geometry.ts';
import { moderateProblem } from '../moderation/moderate.ts';
import { mostOfLimits } from '../picture/memory.ts';
import { markProblems } from '../watermark/mark-checks.ts';
import { globProblem } from './glob.ts';
import {
  limitsShape,
  type Preset,
  type PresetList,
  presetListShape,
  presetShape,
  ruleShape,
} from './preset-list.ts';
import { keepMilliseconds, retentionMilliseconds, SHORTEST_KEEP_MS } from './times.ts';

export type PresetIssue = z.core.$ZodIssue;

/**
 * The list, or everything that is wrong with it at once: each field's own mistakes, and what holds between
 * fields wherever these are right in themselves.
 */
export function checkPresets(written: unknown): { list: PresetList } | { issues: PresetIssue[] } {
  const parsed = presetListShape.safeParse(written);
  const between = issuesBetween(draftOf(written));
  if (parsed.success && between.length === 0) return { list: parsed.data };
  return { issues: [...(parsed.error?.issues ?? []), ...between] };
}

/** What of a list is right in itself; the rest is undefined, so that indexes stay. */
interface Draft {
  names: unknown[];
  presets: (Preset | undefined)[];
  rules: (PresetList['rules'][number] | undefined)[];
  limits: PresetList['limits'] | undefined;
  retain: string | undefined;
}

function draftOf(written: unknown): Draft {
  const { presets, rules, limits, retain } = (written ?? {}) as Record<string, unknown>;
  const all = Array.isArray(presets) ? presets : [];
  return {
    names: all.map(preset => (preset as { name?: unknown } | null)?.name),
    presets: all.map(preset => presetShape.safeParse(preset).data),
    rules: (Array.isArray(rules) ? rules : []).map(rule => ruleShape.safeParse(rule).data),
    limits: limitsShape.safeParse(limits ?? {}).data,
    retain: presetListShape.shape.retain.safeParse(retain).data,
  };
}

function issuesBetween(draft: Draft): PresetIssue[] {
  const issues: PresetIssue[] = [];
  const complain: Complain = (path, message) => issues.push({ code: 'custom', path, message });
  checkNames(draft, complain);
  checkLimits(draft, complain);
  for (const [index, preset] of draft.presets.entries()) {
    const inPreset: Complain = (path, message) => complain(['presets', index, ...path], message);
    if (!preset) continue;
    checkGeometry(preset, inPreset);
    checkFormats(preset, inPreset);
    checkKeep(preset, draft, inPreset);
    checkWatermark(preset, inPreset);
  }
  for (const [index, rule] of draft.rules.entries()) {
    const inRule: Complain = (path, message) => complain(['rules', index, ...path], message);
    if (rule) checkRule(draft, rule, inRule);
  }
  return issues;
}

type Complain = (path: PropertyKey[], message: string) => void;

function checkNames({ names }: Draft, complain: Complain): void {
  for (const [index, name] of names.entries()) {
    if (name === undefined || names.indexOf(name) === index) continue;
    complain(['presets', index, 'name'], 'expected a name that no other preset has');
  }
}

/** What would be refused picture by picture for its memory is not promised by a limit. */
function checkLimits({ limits }: Draft, complain: Complain): void {
  if (!limits) return;
  for (const [name, { most, why }] of Object.entries(mostOfLimits(limits))) {
    const value = limits[name as keyof ReturnType<typeof mostOfLimits>];
    if (value > most)
      complain(['limits', name], `expected at most ${most}, ${why}, received ${value}`);
  }
}

function checkGeometry(preset: Preset, complain: Complain): void {
  const { widths, width, height, aspect, fit } = preset;
  if (widths && width) complain(['width'], 'expected either widths or width, received both');
  if (!widths && !width) complain([], 'expected widths, or width, received neither');
  if (widths && height) complain(['height'], 'expected aspect beside widths, received height');
  if (aspect && height) complain(['aspect'], 'expected either aspect or height, received both');
  if (fit !== 'inside' && !aspect && !height) {
    complain(['fit'], `expected aspect or height for fit ${fit}, received neither`);
  }
}

function checkFormats(preset: Preset, complain: Complain): void {
  const declared = widthsOf(preset);
  const formats = Object.entries(preset.formats).filter(([, options]) => options);
  if (formats.length === 0) complain(['formats'], 'expected at least one format, received none');
  checkTwice(preset.widths ?? [], ['widths'], complain);
  checkUrgent(preset, complain);
  checkDensities(preset, complain);
  checkAdjustments(preset, complain);
  for (const [format, options] of formats) {
    const widths = options?.widths ?? [];
    checkTwice(widths, ['formats', format, 'widths'], complain);
    for (const [index, width] of widths.entries()) {
      if (declared.includes(width)) continue;
      const path = ['formats', format, 'widths', index];
      complain(path, `expected one of the preset's widths (${declared.join(', ')})`);
    }
  }
}

function checkUrgent(preset: Preset, complain: Complain): void {
  const { urgent, generate } = preset;
  if (urgent === undefined || urgent === false) return;
  if (generate === 'on_demand') {
    complain(['urgent'], 'expected generate: eager beside urgent, received on_demand');
  }
  if (urgent === true) return;
  const declared = widthsOf(preset);
  checkTwice(urgent, ['urgent'], complain);
  for (const [index, width] of urgent.entries()) {
    if (declared.includes(width)) continue;
    complain(['urgent', index], `expected one of the preset's widths (${declared.join(', ')})`);
  }
}

/** A file that goes before those that it replaced would be there no longer than they are. */
function checkKeep(preset: Preset, { retain }: Draft, complain: Complain): void {
  const kept = keepMilliseconds(preset);
  if (kept < SHORTEST_KEEP_MS) complain(['keep'], 'expected at least 1d');
  else if (retain !== undefined && kept < retentionMilliseconds({ retain })) {
    complain(['keep'], `expected at least the list's retain (${retain})`);
  }
}

function checkWatermark({ watermark = [] }: Preset, complain: Complain): void {
  for (const [index, mark] of watermark.entries()) {
    for (const { path, message } of markProblems(mark)) {
      complain(['watermark', index, ...path], message);
    }
  }
}

function checkDensities(preset: Preset, complain: Complain): void {
  const all = widthsOf(preset);
  const [smallest = 1] = all;
  for (const [format, options] of Object.entries(preset.formats)) {
    for (const [index, name] of (['dpr2', 'dpr3'] as const).entries()) {
      if (!options || !(name in options)) continue;
      const least = (index + 2) * smallest;
      if (all.some(width => width >= least)) continue;
      const path = ['formats', format, name];
      complain(path, `expected a width of ${least} or more, received ${all.join(', ')}`);
    }
  }
}

function checkAdjustments({ adjust = [], formats, ...preset }: Preset, complain: Complain): void {
  for (const [index, { when: _, ...said }] of adjust.entries()) {
    const path = ['adjust', index];
    if (Object.keys(said).length === 0) {
      complain(path, 'expected fit, gravity or formats beside when, received neither');
    }
    if (said.fit && said.fit !== 'inside' && !preset.aspect && !preset.height) {
      complain([...path, 'fit'], `expected aspect or height for fit ${said.fit}, received neither`);
    }
    for (const format of Object.keys(said.formats ?? {})) {
      if (format in formats) continue;
      const known = Object.keys(formats).join(', ');
      complain([...path, 'formats', format], `expected a format of the preset (${known})`);
    }
  }
}

function checkTwice(widths: number[], path: PropertyKey[], complain: Complain): void {
  for (const [index, width] of widths.entries()) {
    if (widths.indexOf(width) === index) continue;
    complain([...path, index], 'expected each width once: both would write one key');
  }
}

function checkRule(draft: Draft, rule: PresetList['rules'][number], complain: Complain): void {
  const { match, presets, moderate } = rule;
  const wrong = globProblem(match);
  if (wrong) {
    complain(['match'], `expected ${wrong.expected}, at its character ${wrong.at + 1}`);
  }
  const unlike = moderate && moderateProblem(moderate);
  if (unlike) complain(['moderate', 'unavailable'], unlike);
  if (presets === 'none') return;
  checkWanted(draft, presets, (path, message) => complain(['presets', ...path], message));
}

function checkWanted(
  { names, presets, limits }: Draft,
  wanted: string[],
  complain: Complain,
): void {
  for (const [index, name] of wanted.entries()) {
    if (!names.includes(name)) complain([index], `expected one of: ${names.join(', ')}`);
    if (wanted.indexOf(name) !== index) complain([index], 'expected each preset once');
  }
  const variants = limits?.variants ?? Number.POSITIVE_INFINITY;
  const count = presets
    .filter(preset => preset && wanted.includes(preset.name))
    .reduce((sum, preset) => sum + (preset ? variantsOf(preset) : 0), 0);
  if (count <= variants) return;
  complain(
    [],
    `expected at most ${variants} variants per original (limits.variants), received ${count}`,
  );
}

function variantsOf(preset: Preset): number {
  const all = widthsOf(preset).length;
  const formats = Object.values(preset.formats).filter(options => options !== undefined);
  return formats.reduce((sum, options) => sum + (options.widths?.length ?? all), 0);
}

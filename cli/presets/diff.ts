import { Command } from 'commander';
import {
  listDiff,
  type ListDiff,
  type NamedFile,
  type PresetDiff,
} from '../../shared/core/list/list-diff.ts';
import { inColumns } from '../terminal/figures.ts';
import { checkedList } from './presets.ts';
import { say, sayText } from '../terminal/printer.ts';

export function presetsDiffCommand(): Command {
  return new Command('diff')
    .description('Say in words what differs between two preset lists, preset by preset.')
    .argument('<old>', 'a preset list')
    .argument('<new>', 'the edited one')
    .option('--json', 'one line of JSON')
    .action(diff);
}

async function diff(old: string, next: string, { json }: { json?: true }): Promise<void> {
  const [before, after] = [await checkedList(old), await checkedList(next)];
  const edit = listDiff(before.list, after.list);
  const fingerprints = { from: before.fingerprint, to: after.fingerprint };
  if (json) say(JSON.stringify({ ...fingerprints, ...edit }));
  else sayText(tellDiff(edit));
}

export function tellDiff(edit: ListDiff): string {
  return [inColumns(edit.presets.flatMap(tellPreset)), ...besides(edit)].join('\n');
}

/** A line each, and one more for each further thing that differs. */
function tellPreset(edit: PresetDiff): string[][] {
  const [first = '', ...more] = wordsFor(edit);
  return [[edit.preset, edit.kind, first], ...more.map(words => ['', '', words])];
}

/** What differs, then what that means in files. */
function wordsFor({ kind, differs, added, removed, remade }: PresetDiff): string[] {
  const files = [
    ...(added.length > 0 ? [`makes ${inFiles(added)}`] : []),
    ...(remade.length > 0 ? [`remakes ${inFiles(remade)}`] : []),
    ...(removed.length > 0 ? [`retires ${inFiles(removed)}`] : []),
  ];
  return kind === 'change' && files.length === 0 ? [...differs, 'no file'] : [...differs, ...files];
}

/** `480, 800 in jpeg, webp`, or each on its own where the formats have other widths. */
function inFiles(files: NamedFile[]): string {
  const widths = new Map<string, string[]>();
  for (const { format, width } of files) {
    widths.set(format, [...(widths.get(format) ?? []), String(width)]);
  }
  const formats = new Map<string, string[]>();
  for (const [format, all] of widths) {
    formats.set(all.join(', '), [...(formats.get(all.join(', ')) ?? []), format]);
  }
  return [...formats].map(([all, names]) => `${all} in ${names.join(', ')}`).join('; ');
}

export function besides({ rules, list, movesAll }: ListDiff): string[] {
  return [
    ...rules.map(words => `rules: ${words}`),
    ...list,
    ...(movesAll ? ['Every file gets another fingerprint: all are made anew.'] : []),
  ];
}

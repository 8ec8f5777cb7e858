import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import * as z from 'zod';
import { readPresetList, sentenceAt, sentenceOf } from '../../shared/adapters/yaml/preset-file.ts';
import { Failure } from '../../shared/core/failure.ts';
import { widthsOf } from '../../shared/core/list/geometry.ts';
import { type PresetList, presetListShape } from '../../shared/core/list/preset-list.ts';
import {
  inSeconds,
  MOST_SECONDS,
  type Slowest,
  slowestOriginal,
  slowSentence,
} from '../../shared/core/work/slowest.ts';
import type { NamedList } from '../../shared/ports.ts';
import { withLocalMarks } from '../measure/local-marks.ts';
import { positive } from '../terminal/figures.ts';
import { say } from '../terminal/printer.ts';
import { whyUnread } from '../terminal/unread.ts';

export function presetsCommand(): Command {
  const presets = new Command('presets').description(
    'Check a preset list, see what an edit of it would do, and apply it.',
  );
  presets
    .command('check')
    .description('Name every mistake in a preset list, each as file:line:column.')
    .argument('[file]', 'the preset list', 'presets.yaml')
    .option(
      '--seconds <n>',
      'what the slowest original may take, by estimate',
      positive,
      MOST_SECONDS,
    )
    .action(check);
  presets
    .command('schema')
    .description('Print the JSON Schema that editors complete a preset list with.')
    .option('--out <file>', 'write it to a file instead')
    .action(schema);
  return presets;
}

async function check(file: string, { seconds }: { seconds: number }): Promise<void> {
  const { list, text } = await checkedList(file);
  const { slowest, tooSlow } = slownessOf(list, { text, file, seconds });
  if (tooSlow) {
    throw new Failure('PRESETS_INVALID', `${file} is in order, but slow\n${tooSlow.placed}`);
  }
  const takes = slowest
    ? `; no original takes more than ${inSeconds(slowest.seconds)}, by estimate`
    : '';
  say(`${file} is in order: ${summaryOf(list)}${takes}`);
}

/** What takes longest of all that a list admits; and where that is too long a sentence, alone and with its place. */
export function slownessOf(
  list: PresetList,
  { text, file, seconds }: { text: string; file: string; seconds: number },
): { slowest: Slowest | undefined; tooSlow?: { sentence: string; placed: string } } {
  const slowest = slowestOriginal(list);
  if (!slowest || slowest.seconds <= seconds) return { slowest };
  const sentence = slowSentence(slowest, seconds);
  const placed = sentenceAt(text, file, ['rules', slowest.index, 'presets'], sentence);
  return { slowest, tooSlow: { sentence, placed } };
}

/** As it is written too, and with the files beside it that it draws with. */
export async function checkedList(file: string): Promise<NamedList & { text: string }> {
  const text = await textOf(file);
  const read = readPresetList(text, file);
  if (!('problems' in read)) return { ...(await withLocalMarks(read.list, { text, file })), text };
  throw new Failure(
    'PRESETS_INVALID',
    `${file} is not in order\n${read.problems.map(sentenceOf).join('\n')}`,
  );
}

function summaryOf({ presets, rules }: PresetList): string {
  const files = presets.flatMap(preset =>
    Object.values(preset.formats).flatMap(options =>
      options ? (options.widths ?? widthsOf(preset)) : [],
    ),
  );
  return `${presets.length} presets, ${files.length} files, ${rules.length} rules`;
}

async function schema({ out }: { out?: string }): Promise<void> {
  const text = `${JSON.stringify(presetListJsonSchema(), null, 2)}\n`;
  if (out) await writeFile(out, text);
  else say(text.trimEnd());
}

/** What zod cannot say in JSON Schema, checks between fields, `presets check` says. */
export function presetListJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(presetListShape, { io: 'input' });
  return { $schema, title: 'Darkroom preset list', ...rest };
}

/** The one that comes with Darkroom, wherever it is called from. */
export const defaultPresets = fileURLToPath(new URL('../../presets.yaml', import.meta.url));

export async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('PRESETS_INVALID', `expected a preset list at ${file}, ${whyUnread(cause)}`, {
      cause,
    });
  }
}

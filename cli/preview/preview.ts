import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { Failure, failureOf } from '../../shared/core/failure.ts';
import { listDiff } from '../../shared/core/list/list-diff.ts';
import type { NamedList } from '../../shared/ports.ts';
import { tellDiff } from '../presets/diff.ts';
import { checkedList } from '../presets/presets.ts';
import type { Said } from '../render/folder-store.ts';
import { type Picked, pick } from '../render/pick.ts';
import { type SaidOptions, saidBy, withSaid } from '../render/said.ts';
import { say, sayText } from '../terminal/printer.ts';
import { statusLine } from '../terminal/status-line.ts';
import { developed } from './developed.ts';
import { isFailed, type Pair, pairsOf } from './entries.ts';
import { pageOf } from './page.ts';
import { type Collected, collection, type Sheet, type Trouble } from './sheet.ts';
import { jsonOf, tellSheet } from './summary.ts';

interface Options extends SaidOptions {
  out: string;
  presets: string;
  compare?: string;
  json?: true;
}

export function previewCommand(): Command {
  const command = new Command('preview')
    .summary('Write a page with what a preset list makes of your photos, to attach to a review.')
    .description(
      'Develop local photos and write what comes out, with its bytes and how alike it is, into one HTML file; with --compare beside what another list makes, the worst first. Asks nothing of the cloud.',
    )
    .argument('<path...>', 'photos, or folders of them')
    .requiredOption('--out <file>', 'the page, of 20 MB at most')
    .option('--presets <file>', 'the preset list', 'presets.yaml')
    .option('--compare <file>', 'the list as it was before');
  return withSaid(command)
    .option('--json', 'one line of JSON: the sums, and what is worst')
    .action(preview);
}

interface Lists {
  before: NamedList | undefined;
  after: NamedList;
  /** Of all photos. */
  said: Said;
}

async function preview(paths: string[], options: Options): Promise<void> {
  await refuseFolder(options.out);
  const after = await checkedList(options.presets);
  const before = options.compare === undefined ? undefined : await checkedList(options.compare);
  const { picked, leftOut } = await pick(paths, { out: resolve(options.out), all: false });
  const { presets, compare } = options;
  const sheet: Sheet = {
    lists: { presets, ...(compare === undefined ? {} : { compare }) },
    ...(before ? { edit: tellDiff(listDiff(before.list, after.list)) } : {}),
    photos: picked.length,
    notPictures: leftOut,
    ...(await developedAll(picked, { before, after, said: saidBy(options) })),
  };
  const page = Buffer.from(await pageOf(sheet));
  await writeFile(options.out, page);
  if (options.json) say(JSON.stringify({ ...jsonOf(sheet), out: options.out, bytes: page.length }));
  else sayText(tellSheet(sheet, { out: options.out, bytes: page.length }));
  if (sheet.troubles.length > 0 || sheet.entries.some(isFailed)) process.exitCode = 1;
}

/** Before the photos take their minutes. */
async function refuseFolder(out: string): Promise<void> {
  const isFolder = async (path: string) => (await stat(path)).isDirectory();
  const exists = await isFolder(out).catch(() => undefined);
  if (exists)
    throw new Failure('SETTINGS_INVALID', `expected a file at ${out} (--out), it is a folder`);
  const above = dirname(resolve(out));
  if (await isFolder(above).catch(() => false)) return;
  throw new Failure(
    'SETTINGS_INVALID',
    `expected a folder for ${out} (--out), there is no ${above}`,
  );
}

async function developedAll(
  picked: Picked[],
  lists: Lists,
): Promise<Collected & Pick<Sheet, 'troubles'>> {
  const status = statusLine();
  const gathered = collection(lists.before !== undefined);
  const troubles: Trouble[] = [];
  for (const [at, picture] of picked.entries()) {
    status.tell(`${at + 1}/${picked.length}  ${picture.key}`);
    try {
      await gathered.add(await pairsFor(picture, lists));
    } catch (thrown) {
      const { code, message } = failureOf(thrown);
      // Its trace is what mends a bug; one photo's fault holds up no other.
      if (code === 'UNEXPECTED') throw thrown;
      troubles.push({ photo: picture.key, message: `${code}: ${message}` });
    }
  }
  status.clear();
  return { ...gathered.all(), troubles };
}

async function pairsFor({ key, path }: Picked, { before, after, said }: Lists): Promise<Pair[]> {
  const photo = { key, file: await readFile(path), said };
  const next = await developed(photo, after.list);
  return pairsOf(key, before ? await developed(photo, before.list) : [], next);
}

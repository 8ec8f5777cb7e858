import { readFileSync } from 'node:fs';
import { openBench } from '../cli/measure/bench.ts';
import { ownPhotos, type Photo } from '../cli/measure/photos.ts';
import { presetsOrThrow } from '../shared/adapters/yaml/preset-file.ts';
import type { PresetList } from '../shared/core/list/preset-list.ts';
import { moderateShape } from '../shared/core/moderation/moderate.ts';
import { watermark } from '../shared/core/watermark/mark.ts';
import { reconcile } from '../shared/pipeline/develop/reconcile.ts';
import { median, medianRatio } from './statistics.ts';

const ROUNDS = 9;
/** What two rounds of the same differ by on a machine that others use, too. */
const NOISE = 1.05;

interface Upload {
  cpuSeconds: number;
  /** Decodes, and requests to OSS by their kind. */
  counted: string;
}

/**
 * An upload by the list of this repository, by one that asks for a verdict and draws a watermark elsewhere, and by one that
 * asks for a verdict here, in turns. Answers whether the second costs what the first does.
 */
export async function unasked(): Promise<boolean> {
  const { list } = presetsOrThrow(readFileSync('presets.yaml', 'utf8'), 'presets.yaml');
  const [, photo] = ownPhotos();
  if (!photo) throw new Error('expected a photo of our own');
  const [plain, elsewhere, here] = await inTurns(
    [list, askingElsewhere(list), asking(list)],
    photo,
  );
  if (!plain || !elsewhere || !here) throw new Error('expected three lists');
  tell('as it is', plain, plain);
  tell('asking elsewhere', elsewhere, plain);
  tell('asking for a verdict', here, plain);
  const isSame = elsewhere.every(({ counted }) => counted === plain[0]?.counted);
  return isSame && ratioOf(elsewhere, plain) <= NOISE;
}

async function inTurns(lists: PresetList[], photo: Photo): Promise<Upload[][]> {
  for (const list of lists) await uploadBy(list, photo);
  const uploads: Upload[][] = lists.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, list] of lists.entries()) uploads[at]?.push(await uploadBy(list, photo));
  }
  return uploads;
}

async function uploadBy(list: PresetList, { key, read }: Photo): Promise<Upload> {
  const file = await read();
  const bench = openBench(file && [[key, file]]);
  const { decodes, effort } = await bench.watch(list, async darkroom => {
    const { spent } = await reconcile(key, darkroom);
    const { decodes, bytesRead, bytesWritten } = spent;
    return { decodes, bytesRead, bytesWritten };
  });
  const { heads, gets, puts, removes } = effort.requests;
  const counted = `${decodes} decode, ${heads} HEAD, ${gets} GET, ${puts} PUT, ${removes} DELETE`;
  return { cpuSeconds: effort.cpuSeconds, counted };
}

const MODERATE = moderateShape.parse({ block: ['* >= high'], known: 'hold' });
const MARKS = watermark.parse([{ text: '@{user}', font: 'fonts/a.ttf', size: 4 }]);

function asking(list: PresetList): PresetList {
  return { ...list, rules: list.rules.map(rule => ({ ...rule, moderate: MODERATE })) };
}

/** In the first rule, of keys that none of these photos has, and in a preset of its own. */
function askingElsewhere(list: PresetList): PresetList {
  const [preset] = list.presets;
  if (!preset) throw new Error('expected a preset');
  const drawn = { ...preset, name: 'elsewhere', watermark: MARKS };
  const rule = { match: 'elsewhere/**', presets: [drawn.name], moderate: MODERATE };
  return { ...list, presets: [...list.presets, drawn], rules: [rule, ...list.rules] };
}

function ratioOf(uploads: Upload[], plain: Upload[]): number {
  const [above, below] = [uploads, plain].map(all => all.map(one => one.cpuSeconds));
  return medianRatio(above ?? [], below ?? []);
}

function tell(name: string, uploads: Upload[], plain: Upload[]): void {
  const seconds = median(uploads.map(one => one.cpuSeconds)).toFixed(2);
  const counted = [...new Set(uploads.map(one => one.counted))].join(' or ');
  console.log(
    `${name}: ${counted}, ${seconds} s of CPU, ${ratioOf(uploads, plain).toFixed(3)} times`,
  );
}

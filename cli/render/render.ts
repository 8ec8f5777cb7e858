import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { MultiBar } from 'cli-progress';
import { Command } from 'commander';
import { decodeHeic } from '../../shared/adapters/libheif/decoder.ts';
import { sharpCodec } from '../../shared/adapters/sharp/codec.ts';
import { Failure, failureOf } from '../../shared/core/failure.ts';
import { manifestKey } from '../../shared/core/set/keys.ts';
import { type Manifest, manifestSchema } from '../../shared/core/set/manifest.ts';
import { nothingSpent, type Spent } from '../../shared/core/set/report.ts';
import type { Darkroom } from '../../shared/pipeline/darkroom.ts';
import { reconcile } from '../../shared/pipeline/develop/reconcile.ts';
import { folderStore } from './folder-store.ts';
import { type Picked, pick } from './pick.ts';
import { type SaidOptions, saidBy, withSaid } from './said.ts';
import { localMarks } from '../measure/local-marks.ts';
import { checkedList } from '../presets/presets.ts';
import { bytesAsText } from '../terminal/figures.ts';
import { say } from '../terminal/printer.ts';

interface Options extends SaidOptions {
  out: string;
  presets: string;
  json?: true;
  all?: true;
}

type Line = { path: string; spent: Spent & { peakMemoryMB: number } } & (
  | { manifest: Manifest }
  | { ignored: string }
  | { error: { code: string; message: string } }
);

export function renderCommand(): Command {
  const command = new Command('render')
    .description('Develop local pictures as an upload would be, to try a preset list on them.')
    .argument('<path...>', 'pictures, or folders of them')
    .requiredOption('--out <dir>', 'where the derivatives go')
    .option('--presets <file>', 'the preset list', 'presets.yaml');
  return withSaid(command)
    .option('--all', 'of folders also what is no picture, neither by name nor by its bytes')
    .option('--json', 'lines of JSON: one for each picture')
    .action(render);
}

async function render(paths: string[], options: Options): Promise<void> {
  const { list, fingerprint } = await checkedList(options.presets);
  await refuseFile(options.out);
  const wanted = { out: resolve(options.out), all: options.all === true };
  const { picked, leftOut } = await pick(paths, wanted);
  const progress = progressOf(picked.length, options);
  for (const picture of picked) {
    const line = await renderOne(picture, {
      originals: folderStore(picture.root, saidBy(options)),
      derivatives: folderStore(options.out),
      listInForce: {
        current: async () => ({ list, fingerprint }),
        fresh: async () => ({ list, fingerprint }),
      },
      marks: localMarks,
      codec: sharpCodec({ heic: decodeHeic }),
      log: silent,
      now: () => new Date(),
      attempt: 0,
      deadline: undefined,
      lanes: availableParallelism(),
      config: undefined,
      isBehindCdn: false,
    });
    if (isBad(line)) process.exitCode = 1;
    progress.tell(picture, options.json ? JSON.stringify(line) : describe(line));
  }
  progress.stop();
  if (leftOut > 0) tellLeftOut(leftOut, options);
}

async function refuseFile(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (!found || found.isDirectory()) return;
  throw new Failure('SETTINGS_INVALID', `expected a folder at ${out} (--out), it is a file`);
}

/** Where lines are JSON, each is a picture. */
function tellLeftOut(count: number, { json }: Options): void {
  const text = `${count} ${count === 1 ? 'file' : 'files'} left out: no pictures, neither by name nor by bytes (--all takes them)`;
  if (json) process.stderr.write(`${text}\n`);
  else say(text);
}

/** The report is the line that a person or a program reads. */
const nothing = () => undefined;
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A bar below the lines where a person watches; the lines alone elsewhere. */
function progressOf(total: number, { json }: Options) {
  if (json || !process.stdout.isTTY || !process.stderr.isTTY) {
    return { tell: (_: Picked, text: string) => say(text), stop: () => undefined };
  }
  const bars = new MultiBar({
    format: '{value}/{total}  {eta_formatted} left  {bar}  {name}',
    barsize: 20,
  });
  const bar = bars.create(total, 0, { name: '' });
  return {
    tell: ({ key }: Picked, text: string) => {
      bars.log(`${text}\n`);
      bar.increment({ name: key });
    },
    stop: () => {
      // Lines wait for the next redraw, and stopping is none. (`update` is real and missing from the types.)
      (bars as MultiBar & { update(): void }).update();
      bars.stop();
    },
  };
}

async function renderOne({ key, path }: Picked, darkroom: Darkroom): Promise<Line> {
  const measured = (spent: Spent) => ({ ...spent, peakMemoryMB: peakMemoryMB() });
  try {
    const { outcome, reason = outcome, spent } = await reconcile(key, darkroom);
    if (outcome === 'ignored') return { path, ignored: reason, spent: measured(spent) };
    const stored = await darkroom.derivatives.get(manifestKey(key));
    if (!stored) {
      const [code = 'UNEXPECTED', ...message] = reason.split(': ');
      return { path, error: { code, message: message.join(': ') }, spent: measured(spent) };
    }
    const manifest = manifestSchema.parse(JSON.parse(stored.bytes.toString('utf8')));
    const { failure } = manifest;
    return { path, ...(failure ? { error: failure } : { manifest }), spent: measured(spent) };
  } catch (thrown) {
    const { code, message } = failureOf(thrown);
    return { path, error: { code, message }, spent: measured(nothingSpent()) };
  }
}

function isBad(line: Line): boolean {
  return 'error' in line || ('manifest' in line && !line.manifest.complete);
}

function describe(line: Line): string {
  if ('error' in line) return `✗ ${line.path}  ${line.error.code}: ${line.error.message}`;
  if ('ignored' in line) return `- ${line.path}  ${line.ignored}`;
  const rendered = line.manifest.variants.filter(variant => variant.state === 'rendered');
  const bytes = rendered.reduce((sum, variant) => sum + variant.bytes, 0);
  const { width, height } = line.manifest.original;
  const milliseconds = Math.round(line.spent.milliseconds.total);
  const failed = line.manifest.variants.flatMap(variant =>
    variant.state === 'failed'
      ? [`\n    ✗ ${variant.key}  ${variant.reason}: ${variant.message}`]
      : [],
  );
  const mark = line.manifest.complete ? '✓' : '✗';
  return `${mark} ${line.path}  ${width}x${height} → ${rendered.length} files, ${bytesAsText(bytes)}, ${milliseconds} ms${failed.join('')}`;
}

function peakMemoryMB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

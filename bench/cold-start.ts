import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { median } from './statistics.ts';
import { bundleOf, functionBundle, originals } from './workshop.ts';

export interface ColdStart {
  /** Milliseconds from the start of a process. */
  nodeAlone: number;
  sharpLoaded: number;
  functionLoaded: number;
  firstRendition: number;
  bundleKilobytes: number;
}

/** Settings that are well formed: the function reads them as it loads. */
const SETTINGS = [
  'DARKROOM_REGION=cn-hangzhou',
  'DARKROOM_ORIGINALS_BUCKET=originals',
  'DARKROOM_DERIVATIVES_BUCKET=derivatives',
  'DARKROOM_CONFIG_BUCKET=config',
  'DARKROOM_PRESETS_KEY=presets.yaml',
];
const say = 'console.log(1)';

export async function coldStart(rounds: number): Promise<ColdStart> {
  const bundle = await functionBundle();
  const small = join(originals, 'small.jpg');
  const starts = {
    nodeAlone: ['-e', say],
    sharpLoaded: ['--input-type=module', '-e', `await import('sharp'); ${say}`],
    functionLoaded: ['--input-type=module', '-e', `await import('${bundle.path}'); ${say}`],
    firstRendition: [bundleOf('first-rendition'), small],
  };
  const taken: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, args] of Object.entries(starts)) {
      taken[name] = [...(taken[name] ?? []), await untilFirstWord(args)];
    }
  }
  const middle = (name: keyof typeof starts) => median(taken[name] ?? []);
  return {
    nodeAlone: middle('nodeAlone'),
    sharpLoaded: middle('sharpLoaded'),
    functionLoaded: middle('functionLoaded'),
    firstRendition: middle('firstRendition'),
    bundleKilobytes: bundle.bytes / 1000,
  };
}

async function untilFirstWord(args: string[]): Promise<number> {
  const started = performance.now();
  const child = spawn('env', ['MALLOC_ARENA_MAX=2', ...SETTINGS, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  const taken = performance.now() - started;
  const [code] = await closed;
  if (code !== 0) throw new Error(`expected ${args.at(-1)} to start, it ended with ${code}`);
  return taken;
}

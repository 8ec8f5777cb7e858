import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { Output } from '../request.ts';
import { answer } from './answer.ts';
import { warm } from './warm.ts';

sharp.concurrency(1);
sharp.cache(false);

interface Pixels {
  data: Buffer;
  info: { width: number; height: number; channels: 1 | 2 | 3 | 4 };
}

async function timed<T>(run: () => Promise<T>): Promise<[number, T]> {
  const started = performance.now();
  const made = await run();
  return [performance.now() - started, made];
}

function fromPixels({ data, info: { width, height, channels } }: Pixels) {
  return sharp(data, { raw: { width, height, channels } });
}

/**
 * What no order of these steps can beat: one decode, shrunk as far as the file allows; one resize for each
 * width and each encode, on one thread each, spread over the cores without a gap.
 */
await answer({
  prepare: warm(steps),
  run: ({ files: [file = ''], outputs }) => steps(file, outputs),
});

/** The default of a preset list, which is not sharp's. */
function chromaOf(format: string) {
  return format === 'avif' ? { chromaSubsampling: '4:2:0' } : {};
}

async function steps(file: string, outputs: Output[]) {
  const widest = Math.max(...outputs.map(({ width }) => width));
  const [decode, top] = await timed(async () =>
    sharp(await readFile(file))
      .autoOrient()
      .resize(widest)
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  let resizes = 0;
  let encodes = 0;
  for (const width of new Set(outputs.map(output => output.width))) {
    const [resize, pixels] = await timed(async () =>
      width === widest
        ? top
        : fromPixels(top).resize(width).raw().toBuffer({ resolveWithObject: true }),
    );
    resizes += resize;
    for (const { format, options } of outputs.filter(output => output.width === width)) {
      const [encode] = await timed(() =>
        fromPixels(pixels)
          .toFormat(format, { ...options, ...chromaOf(format) })
          .toBuffer(),
      );
      encodes += encode;
    }
  }
  const limit = decode + (resizes + encodes) / availableParallelism();
  return { limit, decode, resizes, encodes };
}

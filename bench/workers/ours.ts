import { answer } from './answer.ts';
import { developFile, listOf } from './darkroom.ts';
import { warm } from './warm.ts';

/** Darkroom, and when the first file of a feed's width was written. */
await answer({
  prepare: warm,
  run: async ({ files: [file = ''], outputs }) => {
    const store = new Map<string, Buffer>();
    const started = performance.now();
    let feed = Number.NaN;
    await developFile(
      file,
      listOf(outputs, !file.endsWith('jpg') && !file.endsWith('png')),
      (variant, bytes) => {
        store.set(variant.key, bytes);
        if (variant.width === 480 && Number.isNaN(feed)) feed = performance.now() - started;
      },
    );
    return { feedShare: feed / (performance.now() - started), files: store.size };
  },
});

import { answer } from './answer.ts';
import { develop, listOf } from './darkroom.ts';
import { warm } from './warm.ts';

const PHOTOS = 50;
const EARLY = 5;

/** Memory of an instance that serves one photo after another. */
await answer({
  prepare: warm((file, outputs) => develop(file, listOf(outputs))),
  run: async ({ files, outputs }) => {
    const list = listOf(outputs);
    let early = Number.NaN;
    for (let photo = 0; photo < PHOTOS; photo += 1) {
      await develop(files[photo % files.length] ?? '', list);
      if (photo + 1 === EARLY) early = process.memoryUsage.rss();
    }
    const late = process.memoryUsage.rss();
    return { earlyMB: early / 2 ** 20, lateMB: late / 2 ** 20, growth: late / early };
  },
});

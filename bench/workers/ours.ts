import { parseDerivativeKey } from '../../shared/core/set/keys.ts';
import { answer } from './answer.ts';
import { develop, listOf } from './darkroom.ts';
import { warm } from './warm.ts';

const FEED = 480;

/** Darkroom, and when the first file of a feed's width was stored. */
await answer({
  prepare: warm((file, outputs) => develop(file, listOf(outputs))),
  run: async ({ files: [file = ''], outputs }) => {
    const started = performance.now();
    const elapsed: number[] = [];
    const { rendered } = await develop(file, listOf(outputs, /\.(gif|webp)$/.test(file)), {
      stored: key => {
        if (parseDerivativeKey(key)?.width === FEED) elapsed.push(performance.now() - started);
      },
    });
    const [feed = Number.NaN] = elapsed;
    return { feedShare: feed / (performance.now() - started), files: rendered.length };
  },
});

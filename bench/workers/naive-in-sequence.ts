import { answer } from './answer.ts';
import { naive } from './naive.ts';
import { warm } from './warm.ts';

await answer({
  prepare: warm,
  run: async ({ files: [file = ''], outputs }) => {
    const made: Buffer[] = [];
    for (const output of outputs) made.push(await naive(file, output));
    return { files: made.length };
  },
});

import { answer } from './answer.ts';
import { naive } from './naive.ts';
import { warm } from './warm.ts';

await answer({
  prepare: warm,
  run: async ({ files: [file = ''], outputs }) => {
    const made = await Promise.all(outputs.map(output => naive(file, output)));
    return { files: made.length };
  },
});

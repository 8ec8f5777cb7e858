import type { Output } from '../request.ts';
import { answer } from './answer.ts';
import { naive } from './naive.ts';
import { warm } from './warm.ts';

const run = (file: string, outputs: Output[]) =>
  Promise.all(outputs.map(output => naive(file, output)));

await answer({
  prepare: warm(run),
  run: async ({ files: [file = ''], outputs }) => {
    const made = await run(file, outputs);
    return { files: made.length };
  },
});

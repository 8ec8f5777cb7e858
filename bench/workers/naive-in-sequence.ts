import type { Output } from '../request.ts';
import { answer } from './answer.ts';
import { naive } from './naive.ts';
import { warm } from './warm.ts';

async function run(file: string, outputs: Output[]): Promise<Buffer[]> {
  const made: Buffer[] = [];
  for (const output of outputs) made.push(await naive(file, output));
  return made;
}

await answer({
  prepare: warm(run),
  run: async ({ files: [file = ''], outputs }) => {
    const made = await run(file, outputs);
    return { files: made.length };
  },
});

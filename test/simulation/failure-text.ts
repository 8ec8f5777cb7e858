import { tellingTo } from './printer.ts';
import { shrink } from './shrink.ts';
import { type Ending, simulate } from './simulate.ts';

/** A failing history as small as it gets, told step by step, and how to run it again. */
export async function failureText(ending: Ending): Promise<string> {
  const { seed } = ending;
  const { history, faults, ending: least } = await shrink(ending);
  const lines = [`seed ${seed}: ${least.verdict?.kind}: ${least.verdict?.detail}`];
  const tell = tellingTo(line => lines.push(line));
  await simulate({ seed, history, only: new Set(faults), tell });
  const operations = history.operations.map(({ id }) => id).join(',');
  const again = `npm run simulate -- --first ${seed} --seeds 1 --trace${history.isJudged ? ' --judged' : ''}`;
  lines.push(
    `as it was:   ${again}`,
    `made small:  ${again} --operations '${operations}' --faults '${faults.join(',')}'`,
  );
  return lines.join('\n');
}

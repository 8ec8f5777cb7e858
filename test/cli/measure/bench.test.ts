import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openBench } from '../../../cli/measure/bench.ts';
import { measure } from '../../../cli/measure/measure.ts';
import { quarters } from '../../support/originals.ts';
import { listOf, moderated, SMALL } from '../../support/preset-lists.ts';

const list = listOf(SMALL);

it('what is judged is measured as any other, and nobody is asked', async () => {
  const file = await quarters(64, 48).jpeg().toBuffer();
  const photo = { key: 'a.jpg', read: async () => file };
  const judged = await measure(photo, { list: listOf(moderated(SMALL)) });
  const unseen = await measure(photo, { list });
  expect(judged).toMatchObject({ files: unseen.files });
  expect(judged).not.toHaveProperty('leftOut');
  // The verdict, its name, what was shown, and which ETag the bytes have.
  expect(judged.requests.puts - unseen.requests.puts).toBe(4);
});

describe('what work took', () => {
  it('is CPU time: to wait for a core that others have costs nothing', async () => {
    const { effort } = await openBench().watch(list, async () => {
      await wait(1000);
      return { bytesRead: 1, bytesWritten: 2 };
    });
    // A tenth of what a clock on the wall would say, and room for what else this process does.
    expect(effort.cpuSeconds).toBeLessThan(0.5);
    expect(effort).toMatchObject({ bytesRead: 1, bytesWritten: 2, aloneSeconds: 0 });
  });

  it('is CPU time of all that runs: to compute costs what it takes', async () => {
    const { effort } = await openBench().watch(list, async () => {
      const before = process.cpuUsage();
      while (process.cpuUsage(before).user < 100_000);
      return { bytesRead: 0, bytesWritten: 0 };
    });
    expect(effort.cpuSeconds).toBeGreaterThanOrEqual(0.1);
  });
});

import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openBench } from '../../../cli/measure/bench.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

const list = listOf(SMALL);

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

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lanesOf } from '../../../../shared/pipeline/develop/lanes.ts';

const turn = () => new Promise<void>(resolve => setImmediate(resolve));

it('never more run than there are lanes, nor more memory than there is but for one alone; all come to their end, in order', async () => {
  const work = fc.record({
    megabytes: fc.nat({ max: 150 }),
    turns: fc.nat({ max: 3 }),
    fails: fc.boolean(),
  });
  const property = fc.asyncProperty(
    fc.array(work, { maxLength: 12 }),
    fc.integer({ min: 1, max: 3 }),
    async (all, count) => {
      const run = lanesOf(count, 100);
      const running = new Set<(typeof all)[number]>();
      const started: number[] = [];
      const ended = await Promise.allSettled(
        all.map((one, at) =>
          run(one.megabytes, async () => {
            running.add(one);
            started.push(at);
            const taken = [...running].reduce((sum, { megabytes }) => sum + megabytes, 0);
            expect(running.size).toBeLessThanOrEqual(count);
            if (running.size > 1) expect(taken).toBeLessThanOrEqual(100);
            for (let waited = 0; waited < one.turns; waited += 1) await turn();
            running.delete(one);
            if (one.fails) throw new Error('as it was told');
            return at;
          }),
        ),
      );
      expect(started).toEqual(all.map((_, at) => at));
      expect(ended.map(({ status }) => status)).toEqual(
        all.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')),
      );
    },
  );
  await fc.assert(property, { numRuns: 100 });
});

import { expect, it } from 'vitest';
import { inTurn } from '../../studio/in-turn.ts';

it('does the work once more, whatever often it was called for meanwhile, and never twice at a time', async () => {
  let atOnce = 0;
  let most = 0;
  let turns = 0;
  const work = inTurn(async () => {
    atOnce += 1;
    turns += 1;
    most = Math.max(most, atOnce);
    await new Promise(resolve => setTimeout(resolve, 5));
    atOnce -= 1;
  });
  await Promise.all(Array.from({ length: 100 }, work));
  expect([turns, most]).toEqual([2, 1]);
  await work();
  expect(turns).toBe(3);
});

it('works again after a failure', async () => {
  let turns = 0;
  const work = inTurn(async () => {
    turns += 1;
    if (turns === 1) throw new Error('once');
  });
  await expect(work()).rejects.toThrow('once');
  await work();
  expect(turns).toBe(2);
});

import { expect, it } from 'vitest';
import type { Connection } from '../../../cli/cloud/connection.ts';
import { rehearsalsOf } from '../../../cli/studio/rehearsal.ts';
import { IN_FORCE_KEY } from '../../../shared/core/work/in-force.ts';
import { fingerprintOfList } from '../../../shared/core/list/recipe.ts';
import { testDarkroom } from '../../support/darkrooms.ts';
import { listOf, SMALL } from '../../support/preset-lists.ts';

/** The rehearsal in the page: the command's own simulation. */

const darkroom = testDarkroom(SMALL);
const list = listOf(SMALL);
const about = { schema: 1, etag: 'E', promotedAt: '2026-11-23T09:00:00.000Z' };
const inForce = { ...about, list, fingerprint: fingerprintOfList(list) };
darkroom.config.upload(IN_FORCE_KEY, JSON.stringify(inForce));
const rehearse = rehearsalsOf(darkroom as unknown as Connection);

/** Milliseconds that it took, and the longest of them for which nothing else had its turn. */
async function heldUp(work: Promise<unknown>): Promise<{ took: number; longest: number }> {
  const begun = performance.now();
  let [longest, last] = [0, begun];
  const look = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 1);
  await work;
  look();
  clearInterval(timer);
  return { took: performance.now() - begun, longest };
}

it('is simulated beside the platform, whose uploads do not wait for it', async () => {
  // What an upload takes is measured at the first.
  const { rows } = await rehearse({ uploadsPerDay: 1000, spike: 3, quotas: [30, 100] });
  expect(rows.map(([quota]) => quota)).toEqual(['30', '100']);
  const spike = rehearse({ uploadsPerDay: 3_000_000, spike: 3, quotas: [300] });
  const { took, longest } = await heldUp(spike);
  expect(longest).toBeLessThan(took / 2);
});

import { describe, expect, it } from 'vitest';
import { billOf } from '../../../cli/rehearse/bill.ts';
import { atSeconds } from '../../../cli/rehearse/model/load.ts';
import { simulate } from '../../../cli/rehearse/model/simulate.ts';
import { billFor, pricesSchema } from '../../../shared/core/work/cost.ts';
import { A_SECOND, AMPLE } from '../../support/rehearsals.ts';

const prices = pricesSchema.parse({});
const thousand = (provisioned: number, working = 1) =>
  simulate({
    load: atSeconds(Array.from({ length: 1000 }, (_, at) => at)),
    work: { ...A_SECOND, serviceSeconds: [working] },
    cloud: { ...AMPLE, provisioned },
    seed: 1,
  });

describe('the bill of a rehearsal', () => {
  it('is that of its uploads, as estimate has it', () => {
    const bill = billOf(thousand(0), A_SECOND, prices);
    const work = { invocations: 1000, seconds: 1000, puts: 29_000, gets: 6000 };
    expect(bill.usd).toBeCloseTo(billFor(work, prices).usd, 9);
    expect(bill.idle).toBe(0);
  });

  it('has the memory of instances that are held ready, and no vCPU', () => {
    const { idle } = billOf(thousand(3), A_SECOND, prices);
    // Two of three are idle for 1,000 seconds, with 2 GB each.
    expect(idle).toBeCloseTo(2 * 1000 * 2 * 0.15 * 0.00002, 5);
  });
});

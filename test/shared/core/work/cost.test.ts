import { describe, expect, it } from 'vitest';
import { presetsFor } from '../../../../shared/core/list/rules.ts';
import { type DeclaredFile, declaredFiles } from '../../../../shared/core/list/declared-file.ts';
import {
  billFor,
  computeUnits,
  modelledSeconds,
  pricesSchema,
  usdForUnits,
} from '../../../../shared/core/work/cost.ts';
import { defaultList, listOf, SMALL } from '../../../support/preset-lists.ts';

const prices = pricesSchema.parse({});

describe('compute units', () => {
  it('are those of Function Compute’s own example', () => {
    // https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/product-overview/pay-as-you-go-billing-method-1
    const invocations = 3e6;
    const seconds = invocations * 0.2;
    const usage = { invocations, vcpu: 0.25, memoryGB: 0.5, seconds, diskGB: 0.5 };
    expect(computeUnits(usage)).toBeCloseTo(217_500, 6);
    expect(usdForUnits(217_500, prices)).toBeCloseTo(4.35, 9);
  });

  it('count the disk beyond half a gigabyte', () => {
    const nothing = { invocations: 0, vcpu: 0, memoryGB: 0, seconds: 100 };
    expect(computeUnits({ ...nothing, diskGB: 0.5 })).toBe(0);
    expect(computeUnits({ ...nothing, diskGB: 10 })).toBeCloseTo(47.5, 9);
  });

  it.each([
    [0, 0],
    [100e6, 2000],
    [101e6, 2017],
    [500e6, 8800],
    [600e6, 10_200],
  ])('%d in a month, each tier at its own price, are USD %d', (units, usd) => {
    expect(usdForUnits(units, prices)).toBeCloseTo(usd, 6);
  });
});

describe('prices', () => {
  it('are taken from a file where it names them', () => {
    const own = pricesSchema.parse({ computeUnits: [{ usd: 0.000014 }], putsPer10000: 0.01 });
    expect(usdForUnits(600e6, own)).toBeCloseTo(8400, 6);
    expect(own).toMatchObject({ putsPer10000: 0.01, getsPer10000: 0.0016 });
  });

  it.each([
    ['a tier after one without an end', [{ usd: 1 }, { upTo: 5, usd: 1 }]],
    ['tiers that overlap', [{ upTo: 5, usd: 1 }, { upTo: 4, usd: 1 }, { usd: 1 }]],
    ['no tier', []],
    ['no tier for the most', [{ upTo: 5, usd: 1 }]],
  ])('refuse %s', (_, computeUnits) => {
    expect(pricesSchema.safeParse({ computeUnits }).success).toBe(false);
  });
});

describe('a bill', () => {
  it('is for compute on 2 vCPU and 2 GB, and for requests', () => {
    const bill = billFor({ invocations: 1e6, seconds: 1e6, puts: 10e6, gets: 5e6 }, prices);
    expect(bill.units).toBeCloseTo(1e6 * 2.3 + 7500, 3);
    expect(bill.compute).toBeCloseTo(46.15, 6);
    expect(bill.requests).toBeCloseTo(2.4, 6);
    expect(bill.usd).toBeCloseTo(48.55, 6);
  });
});

describe('modelled seconds', () => {
  const of = (formats: string, widths = '[480, 1080, 2160]') => {
    const list = listOf(
      `version: 1\nrules: [{ match: '**', presets: [p] }]\npresets: [{ name: p, widths: ${widths}, formats: { ${formats} } }]\n`,
    );
    return modelledSeconds(declaredFiles(presetsFor('a.jpg', list), list), list);
  };

  it('are within a factor of two of what was measured for the default list, 2.5 s', () => {
    const list = defaultList();
    const seconds = modelledSeconds(declaredFiles(presetsFor('a.jpg', list), list), list);
    expect(seconds).toBeGreaterThan(1.25);
    expect(seconds).toBeLessThan(5);
  });

  it('grow with effort, with widths and with the original', () => {
    expect(of('jpeg: {}')).toBeLessThan(of('webp: {}'));
    expect(of('webp: {}')).toBeLessThan(of('avif: {}'));
    expect(of('avif: { effort: 1 }')).toBeLessThan(of('avif: { effort: 3 }'));
    expect(of('jpeg: {}', '[480]')).toBeLessThan(of('jpeg: {}', '[480, 720]'));
    const list = listOf(SMALL);
    const asked = declaredFiles(presetsFor('a.jpg', list), list);
    expect(modelledSeconds(asked, list, 4)).toBeLessThan(modelledSeconds(asked, list, 48));
  });

  it('do not count a size of the original’s own twice as wide', () => {
    expect(of('jpeg: {}', '[8000]')).toBeCloseTo(of('jpeg: {}', '[4000]'), 9);
  });

  it('are none for no files, for those of moving pictures, and of another list’s', () => {
    const list = defaultList();
    const anim = declaredFiles(presetsFor('a.jpg', list), list).filter(
      ({ preset }) => preset === 'anim',
    );
    const foreign: DeclaredFile[] = anim.map(file => ({ ...file, preset: 'gone' }));
    for (const asked of [[], anim, foreign]) expect(modelledSeconds(asked, list)).toBe(0);
  });
});

import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  burstIn,
  cloudWithin,
  deployedIn,
  heldByOthers,
  instancesWithin,
  quotaFor,
} from '../../../cli/rehearse/quotas.ts';
import { readServiceDefinition } from '../../../local/service-definition.ts';

const OPTIONS = { coldStart: 1, waiting: 'back-off' as const, ossRate: 10_000 };

describe('instances for uploads', () => {
  it.each([
    ['an account’s 100, of which s.yaml reserves 22', 100, 22, 78],
    ['nine tenths, where others hold fewer', 100, 5, 90],
    ['none, where others hold all', 20, 22, 0],
  ])('are %s', (_, quota, others, instances) => {
    expect(instancesWithin(quota, others)).toBe(instances);
  });

  it('need the smallest quota that gives them', () => {
    const some = fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.nat(500));
    fc.assert(
      fc.property(some, ([instances, others]) => {
        const quota = quotaFor(instances, others);
        expect(instancesWithin(quota, others)).toBeGreaterThanOrEqual(instances);
        expect(instancesWithin(quota - 1, others)).toBeLessThan(instances);
      }),
    );
  });

  it.each([
    ['cn-hangzhou', 300],
    ['oss-cn-shanghai', 300],
    ['cn-hongkong', 100],
    ['ap-southeast-1', 100],
  ])('come in %s in bursts of %i', (region, burst) => {
    expect(burstIn(region)).toBe(burst);
  });

  it('are what s.yaml leaves, unless an option says otherwise', async () => {
    const file = join(import.meta.dirname, '../../../s.yaml');
    const declared = deployedIn(await readServiceDefinition(file, {}));
    expect(heldByOthers(declared)).toBe(22);
    expect(cloudWithin(100, OPTIONS, declared)).toMatchObject({
      mostInstances: 78,
      provisioned: 0,
      burst: 300,
      eventAge: 86_400,
      retries: 3,
    });
    const options = { ...OPTIONS, others: 0, provisioned: 4, burst: 7 };
    const other = { mostInstances: 90, provisioned: 4, burst: 7 };
    expect(cloudWithin(100, options, declared)).toMatchObject(other);
    const reserved = { ...OPTIONS, reservedConcurrency: 40 };
    expect(cloudWithin(100, reserved, declared)).toMatchObject({ mostInstances: 40 });
  });
});

import { createHash } from 'node:crypto';
import { type Aimed, type FaultRule, isMeant } from './fault-rules.ts';

/** What befalls one request. */
export interface Fault {
  readonly rule: FaultRule;
  /** From 0 up to 1: which byte is hit. */
  readonly spot: number;
  /** There was nothing to befall, such as a body: it did not happen. */
  takeBack(): void;
}

export interface Faults {
  /** Of the rules that mean the request the first whose lot falls on it. */
  draw(request: Aimed): Fault | undefined;
  /** How often each rule struck. */
  hits(): number[];
}

export const noFaults: Faults = { draw: () => undefined, hits: () => [] };

/**
 * The lot hangs on the seed, the rule, the request and how often that very request came before, not on the order
 * in which requests of many clients come in: so a run can be repeated.
 */
export function createFaults(rules: readonly FaultRule[], seed: number): Faults {
  const hits = rules.map(() => 0);
  const asked = new Map<string, number>();
  const draw = (request: Aimed) => {
    const name = nameOf(request);
    for (const [at, rule] of rules.entries()) {
      if (!isMeant(rule, request)) continue;
      const nth = (asked.get(`${at} ${name}`) ?? 0) + 1;
      asked.set(`${at} ${name}`, nth);
      const struck = hits[at] ?? 0;
      if (struck === rule.times || lot(seed, at, name, nth) >= rule.share) continue;
      hits[at] = struck + 1;
      const takeBack = () => {
        hits[at] = (hits[at] ?? 0) - 1;
      };
      return { rule, spot: lot(seed, 'spot', name, nth), takeBack };
    }
    return undefined;
  };
  return { draw, hits: () => [...hits] };
}

/** Values are left out: upload ids and signatures differ from run to run. */
function nameOf({ method, address, query }: Aimed): string {
  const names = query.map(({ name }) => name).sort();
  return JSON.stringify([method, address.bucket, address.key, names]);
}

function lot(...parts: (string | number)[]): number {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

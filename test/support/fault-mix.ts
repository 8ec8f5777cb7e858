import type { OssAdmin } from './oss-admin.ts';

type Rules = Parameters<OssAdmin['faults']['set']>[0];

/** Long enough for others to run in between, and short of every time limit. */
const SLOW_MS = 400;

/** Every way in which the store can fail, on reads and writes of all buckets. */
const KINDS = [
  { kind: 'error', code: 'InternalError', when: 'before' },
  { kind: 'error', code: 'InternalError', when: 'after' },
  { kind: 'error', code: 'ServiceUnavailable', when: 'before' },
  { kind: 'error', code: 'ServiceUnavailable', when: 'after' },
  { kind: 'error', code: 'TotalQpsLimitExceeded', status: 429, when: 'before' },
  { kind: 'error', code: 'TotalQpsLimitExceeded', status: 429, when: 'after' },
  { kind: 'slow', ms: SLOW_MS, when: 'before' },
  { kind: 'slow', ms: SLOW_MS, when: 'after' },
  { kind: 'stall', ms: SLOW_MS, when: 'before' },
  { kind: 'stall', ms: SLOW_MS, when: 'after' },
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'cut', when: 'before' },
  { kind: 'cut', when: 'after' },
  { kind: 'corrupt', when: 'before' },
  { kind: 'corrupt', when: 'after' },
  { kind: 'short' },
] as const satisfies Rules;

export const faultNames = KINDS.map(rule =>
  ['code' in rule ? rule.code : rule.kind, 'when' in rule ? rule.when : 'after'].join(' '),
);

/** So that `share` of all requests suffer, each kind as often as any other: the first whose lot falls strikes. */
export function faultMix(share: number): Rules {
  return KINDS.map((rule, at) => {
    const each = share / KINDS.length;
    return { ...rule, share: each / (1 - at * each) };
  });
}

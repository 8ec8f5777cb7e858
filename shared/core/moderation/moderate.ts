import * as z from 'zod';
import { type Label, type Risk, risks } from './judgement.ts';

/** What a rule of the preset list says of moderation: `moderate`. */

/** A label as the service names it, where the rule stops: `* >= high`, `violent_* >= 80`, `contraband_drug`. */
const HIT = /^([A-Za-z0-9_*]+)(?:\s*>=\s*(low|medium|high|100|[1-9]?\d))?$/;

const hit = z
  .string()
  .regex(HIT, 'expected a label, such as violent_* >= high, * >= medium or contraband_drug >= 80');

export const unavailables = ['publish', 'hold'] as const;

export const moderateShape = z.strictObject({
  service: z
    .string()
    .regex(/^[A-Za-z]\w{0,63}$/, 'expected the name of a service, such as postImageCheck')
    .default('postImageCheck')
    .describe('of Alibaba’s image moderation 2.0'),
  on: z
    .literal('upload')
    .default('upload')
    .describe('what was published before the rule said so stays, until `darkroom moderate`'),
  publish: z
    .enum(['after_verdict', 'before_verdict'])
    .default('after_verdict')
    .describe('nobody sees it before its verdict; or it is withdrawn where the verdict says so'),
  block: z.array(hit).min(1).describe('is not published'),
  review: z.array(hit).default([]).describe('is not published until a person says so'),
  unavailable: z
    .enum(unavailables)
    .optional()
    .describe(
      'where there is no verdict: publish and judge later, or hold. Else hold, and publish where that comes before the verdict',
    ),
  most: z.int().positive().optional().describe('pictures judged a day, of the whole list'),
  known: z
    .literal('hold')
    .optional()
    .describe('what looks like a picture that was blocked or taken down waits for a person'),
  distance: z
    .int()
    .min(0)
    .max(16)
    .default(6)
    .describe('of `known`: bits of 64 in which the two may differ'),
});

export type Moderate = z.infer<typeof moderateShape>;

/** Why what is right in itself does not go together, or undefined. */
export function moderateProblem({ publish, unavailable }: Moderate): string | undefined {
  if (publish !== 'before_verdict' || unavailable !== 'hold') return undefined;
  return 'expected unavailable: publish beside publish: before_verdict, received hold';
}

export function unavailableOf({ publish, unavailable }: Moderate): (typeof unavailables)[number] {
  return unavailable ?? (publish === 'before_verdict' ? 'publish' : 'hold');
}

export function isHit(rule: string, { label, confidence, risk }: Label): boolean {
  const [, pattern = '', least] = HIT.exec(rule) ?? [];
  if (!matcherOf(pattern).test(label)) return false;
  if (least === undefined) return true;
  if (!/^\d/.test(least)) return risks.indexOf(risk) >= risks.indexOf(least as Risk);
  // A label without a figure of its own (a library's, a person's) is sure.
  return (confidence ?? 100) >= Number(least);
}

/** Stars only, and a label is short: this cannot take long. */
function matcherOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(/\*+/g, '.*')}$`, 's');
}

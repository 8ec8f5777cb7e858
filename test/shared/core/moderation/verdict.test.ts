import { describe, expect, it } from 'vitest';
import type { Label } from '../../../../shared/core/moderation/judgement.ts';
import {
  isHit,
  type Moderate,
  moderateProblem,
  moderateShape,
  unavailableOf,
} from '../../../../shared/core/moderation/moderate.ts';
import {
  bytesId,
  decisionOf,
  hashIn,
  knownKey,
  type Review,
  type Verdict,
} from '../../../../shared/core/moderation/verdict.ts';

const rule = (moderate: object = {}): Moderate =>
  moderateShape.parse({ block: ['* >= high'], review: ['* >= low'], ...moderate });
const gore = (risk: Label['risk'], confidence?: number): Label => ({
  label: 'violent_gore',
  risk,
  ...(confidence === undefined ? {} : { confidence }),
});

describe('a label is hit by', () => {
  it.each<[string, Label, boolean]>([
    ['violent_gore', gore('none'), true],
    ['violent_*', gore('low'), true],
    ['*', gore('low'), true],
    ['*_gore >= medium', gore('medium'), true],
    ['violent_* >= high', gore('medium'), false],
    ['violent', gore('high'), false],
    ['gore', gore('high'), false],
    ['violent_* >= 80', gore('low', 80), true],
    ['violent_* >= 80', gore('high', 79.9), false],
    // Of a person or a library, who give no figure.
    ['violent_* >= 100', gore('low'), true],
  ])('%s', (text, label, isExpected) => {
    expect(isHit(text, label)).toBe(isExpected);
  });
});

describe('a rule', () => {
  it.each(['', 'violent gore', '* >= awful', '* > high', '* >= 101', '* >= 080', '.* >= low'])(
    'refuses to stop at %j',
    text => {
      expect(moderateShape.safeParse({ block: [text] }).success).toBe(false);
    },
  );

  it('holds what has no verdict, or publishes it where it would publish before one', () => {
    expect(unavailableOf(rule())).toBe('hold');
    expect(unavailableOf(rule({ unavailable: 'publish' }))).toBe('publish');
    expect(unavailableOf(rule({ publish: 'before_verdict' }))).toBe('publish');
    expect(moderateProblem(rule({ publish: 'before_verdict', unavailable: 'hold' }))).toBeDefined();
    expect(moderateProblem(rule({ unavailable: 'hold' }))).toBeUndefined();
  });
});

const verdict = (labels: Label[], more: Partial<Verdict> = {}): Verdict => ({
  schema: 1,
  key: 'a.jpg',
  sha256: 'S',
  phash: '0123456789abcdef',
  judged: { at: '2026-11-23T10:00:00.000Z', service: 'postImageCheck', labels, requestId: 'R' },
  ...more,
});
const review = (...acts: ('pass' | 'block')[]): Review => ({
  schema: 1,
  acts: acts.map(act => ({
    act,
    key: 'a.jpg',
    sha256: 'S',
    at: '2026-11-23T10:00:00.000Z',
    by: 'me',
  })),
});
const alike = { id: '1-2', distance: 3 };

describe('what becomes of a picture', () => {
  it.each<[string, Verdict | undefined, Review | undefined, Moderate, string | undefined]>([
    ['without a verdict is open', undefined, undefined, rule(), undefined],
    ['without labels is to pass', verdict([]), undefined, rule(), 'pass'],
    [
      'is the worst that its labels say',
      verdict([gore('low'), gore('high')]),
      undefined,
      rule(),
      'block',
    ],
    ['that is doubtful is for a person', verdict([gore('low')]), undefined, rule(), 'review'],
    [
      'by another service is open',
      verdict([]),
      undefined,
      rule({ service: 'baselineCheck' }),
      undefined,
    ],
    ['is what a person said', verdict([gore('high')]), review('pass'), rule(), 'pass'],
    ['is what a person said last', verdict([]), review('pass', 'block'), rule(), 'block'],
    [
      'is what a person said, whatever it looks like',
      verdict([], { alike }),
      review('pass'),
      rule({ known: 'hold' }),
      'pass',
    ],
    [
      'that looks like one is for a person',
      verdict([], { alike }),
      undefined,
      rule({ known: 'hold' }),
      'review',
    ],
    [
      'that looks like one, if nobody asks, is by its labels',
      verdict([], { alike }),
      undefined,
      rule(),
      'pass',
    ],
  ])('%s', (_, found, said, moderate, decision) => {
    expect(decisionOf(found, said, moderate)).toBe(decision);
  });
});

describe('the same bytes', () => {
  it('have the same id under any key; a copy, which has no CRC-64, one of its own', () => {
    expect(bytesId({ etag: 'AB', bytes: 7, crc64: '123' })).toBe('123-7');
    expect(bytesId({ etag: 'ab-2', bytes: 7 })).toBe('etag-AB-2-7');
  });

  it('are named beside their hash, and nothing else is', () => {
    expect(hashIn(knownKey('0123456789abcdef', 'etag-AB-2-7'))).toEqual({
      phash: '0123456789abcdef',
      id: 'etag-AB-2-7',
    });
    expect(hashIn('moderation/known/0123-1.json')).toBeUndefined();
  });
});

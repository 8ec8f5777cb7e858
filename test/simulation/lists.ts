/** Preset lists that people of a history write. JSON is YAML; each differs from the first in one thing. */

/** Cut as its uploader says. */
const cut = { aspect: '1:1', fit: 'cover', gravity: 'attention' };
const a = { name: 'a', urgent: true, widths: [16], ...cut, formats: { jpeg: {} } };
const b = { name: 'b', generate: 'on_demand', widths: [32], formats: { jpeg: {} } };
const c = { name: 'c', widths: [24], formats: { jpeg: {}, webp: {} } };
const everyKey = (...presets: string[]) => [{ match: '**', presets }];

/** Events that are late leave for later what is made on upload and not urgent: `c`, or `b`. */
const pressure = { after: '5s' };
const first = { version: 1, pressure, rules: everyKey('a', 'b'), presets: [a, b] };
const changed = { ...a, formats: { jpeg: { quality: 70 } } };

const lists = {
  first,
  more: { ...first, rules: everyKey('a', 'b', 'c'), presets: [a, b, c] },
  changed: { ...first, presets: [changed, b] },
  fewer: { ...first, rules: everyKey('b'), presets: [b] },
  'some unasked': { ...first, rules: [{ match: 'n/**', presets: 'none' }, ...everyKey('a', 'b')] },
  'all unasked': { ...first, rules: [{ match: '**', presets: 'none' }] },
  epoch: { ...first, epoch: 1 },
  'eager b': { ...first, presets: [a, { ...b, generate: 'eager' }] },
  retaining: { ...first, retain: '2h', presets: [changed, b] },
  /** Of which files go a day after their upload: those of a miss, of a pair of formats, and under pressure. */
  aging: {
    ...first,
    rules: everyKey('a', 'b', 'c'),
    presets: [a, { ...b, keep: '1d' }, { ...c, keep: '1d' }],
  },
  'all aging': {
    ...first,
    rules: everyKey('a', 'b', 'c'),
    presets: [a, b, c].map(one => ({ ...one, keep: '1d' })),
  },
  'aging otherwise': {
    ...first,
    rules: everyKey('a', 'b', 'c'),
    presets: [changed, { ...b, generate: 'eager', keep: '1d' }, { ...c, keep: '1d' }],
  },
  'retaining more': {
    ...first,
    retain: '2h',
    rules: everyKey('a', 'b', 'c'),
    presets: [a, b, c],
  },
} as const;

/** Of the histories that go on for days; the others know none of them, and stay the histories that they were. */
const aging = ['aging', 'all aging', 'aging otherwise'] as const;
export const listsOfDays = [...aging, 'more', 'first'] as const;

export const goodLists = Object.keys(lists).filter(name => !isAging(name as GoodList)) as [
  GoodList,
  ...GoodList[],
];
export type GoodList = keyof typeof lists;
export type ListName = GoodList | 'bad';

/** Whether files go by their age. */
export function isAging(name: ListName): boolean {
  return (aging as readonly string[]).includes(name);
}

const moderate = { block: ['* >= high'], review: ['* >= medium'] };

export function textOf(name: ListName, { isJudged }: { isJudged?: true } = {}): string {
  if (name === 'bad') return 'version: 1\nrules: nonsense\n';
  const { rules, ...list } = lists[name];
  const judged = isJudged ? rules.map(rule => ({ ...rule, moderate })) : rules;
  return JSON.stringify({ ...list, rules: judged });
}

/** What all of them say that say one. */
export const KEEP_MS = 24 * 3_600_000;

/** The longest `retain` of all. */
export const RETAIN_MS = 2 * 3_600_000;

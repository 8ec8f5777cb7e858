import { BROKEN, DEADLY } from './codec.ts';
import { type GoodList, goodLists, type ListName, listsOfDays } from './lists.ts';
import { type Random, randomOf } from './random.ts';

/** What people do, and when: one seed's own. */
export type Operation = { id: string; at: number } & Act;

export type Act =
  | { act: 'put'; key: string; content: number }
  | { act: 'delete' | 'takedown' | 'undo' | 'auto'; key: string }
  /** `says`: other metadata; undefined where they stay as they are. */
  | { act: 'copy'; key: string; keepsCrc: boolean; says: string | undefined }
  | { act: 'miss'; key: string; which: number }
  | { act: 'edit'; list: ListName }
  | { act: 'backfill'; mode: 'settle' | 'missing' | 'stale' | 'retry-failed' | 'force' }
  | { act: 'verify'; deletesOrphans: boolean }
  | { act: 'tick'; what: Tick }
  /** Something else is written in the place of a record, by somebody's mistake. */
  | { act: 'spoil'; record: (typeof RECORDS)[number] }
  | { act: 'replay' };

export type Tick = 'tend' | 'drain' | 'sweep';

export interface History {
  keys: string[];
  list: GoodList;
  hasRetryCount: boolean;
  /** Each rule of each list has its pictures judged. */
  isJudged?: true;
  operations: Operation[];
}

export const START = Date.UTC(2026, 0, 5, 10);

/** Two keys that nest, one that a rule may pass over, and one that URL-decoding would change. */
const KEYS = ['p/b.jpg', 'p/b.jpg/c.png', 'n/d.jpg', 'p/50%25 +off.jpg'];

const RECORDS = [
  'presets.in-force.json',
  'presets.pending.json',
  'rollout.json',
  'sweep.json',
] as const;

type Name = Act['act'];
type Theme = Partial<Record<Name, number>>;

/** Of what kind most of a history is. */
const THEMES: Theme[] = [
  { put: 6, delete: 2, copy: 1 },
  { put: 8, delete: 4 },
  { put: 4, edit: 4, delete: 1, tick: 1 },
  { put: 4, edit: 3, spoil: 1, tick: 2 },
  { put: 4, takedown: 2, undo: 2, delete: 1, miss: 1, edit: 1 },
  { put: 4, miss: 4, auto: 1, delete: 1, edit: 1, takedown: 1 },
  { put: 4, backfill: 3, verify: 2, delete: 1, edit: 1, replay: 1, tick: 1 },
  {
    put: 5,
    delete: 2,
    copy: 1,
    edit: 2,
    takedown: 1,
    undo: 1,
    miss: 2,
    auto: 1,
    backfill: 1,
    verify: 1,
    tick: 2,
    replay: 1,
  },
];

/** Files grow old, go, and come back by a view. */
const OF_DAYS: Theme = {
  put: 4,
  miss: 5,
  tick: 4,
  edit: 2,
  delete: 1,
  copy: 1,
  takedown: 1,
  undo: 1,
  backfill: 1,
  verify: 1,
};
const GAPS_OF_DAYS = [1_500, 300_000, 12 * 3_600_000, 26 * 3_600_000];

export function historyOf(seed: number): History {
  const ofDays = randomOf(seed, 'days');
  if (ofDays.chance(0.15)) return historyOfDays(seed, ofDays);
  const random = randomOf(seed, 'history');
  const keys = keysOf(random);
  const theme = THEMES[random.below(THEMES.length)] ?? {};
  const count = 3 + random.below(6);
  const pace = random.below(GAPS.length);
  let at = START;
  const operations = Array.from({ length: count }, (_, index) => {
    const own = randomOf(seed, `operation ${index}`);
    at += gapOf(own, pace);
    const act = index === 0 ? 'put' : nameOf(theme, own);
    return { id: `o${index}`, at, ...actOf(act, keys, own) };
  });
  return {
    keys,
    list: random.chance(0.3) ? random.pick(['retaining', 'more']) : 'first',
    hasRetryCount: random.chance(0.8),
    operations,
  };
}

function historyOfDays(seed: number, random: Random): History {
  const keys = keysOf(random);
  let at = START;
  const operations = Array.from({ length: 4 + random.below(7) }, (_, index) => {
    const own = randomOf(seed, `operation ${index}`);
    at += Math.floor(own.next() * own.pick(GAPS_OF_DAYS as [number, ...number[]]));
    const name = index === 0 ? 'put' : nameOf(OF_DAYS, own);
    const act = actOf(name, keys, own);
    if (act.act === 'edit')
      return { id: `o${index}`, at, act: 'edit' as const, list: own.pick([...listsOfDays]) };
    if (act.act === 'tick')
      return { id: `o${index}`, at, act: 'tick' as const, what: 'sweep' as const };
    return { id: `o${index}`, at, ...act };
  });
  const list = random.pick([...listsOfDays]);
  return { keys, list, hasRetryCount: random.chance(0.8), operations };
}

function keysOf(random: Random): string[] {
  const from = random.below(KEYS.length);
  return Array.from({ length: 1 + random.below(3) }, (_, index) => KEYS[(from + index) % 4] ?? '');
}

/** Milliseconds between two operations, at most: within one request, one run, one retry, and beyond all. */
const GAPS = [60, 1_500, 30_000, 300_000, 6 * 3_600_000];

function gapOf(random: Random, pace: number): number {
  const isOdd = random.chance(0.3);
  const most = GAPS[isOdd ? random.below(GAPS.length) : pace] ?? 0;
  return Math.floor(random.next() * most);
}

function nameOf(theme: Theme, random: Random): Name {
  const names = Object.keys(theme) as Name[];
  const total = names.reduce((sum, name) => sum + (theme[name] ?? 0), 0);
  let luck = random.next() * total;
  for (const name of names) {
    luck -= theme[name] ?? 0;
    if (luck < 0) return name;
  }
  return 'put';
}

function actOf(act: Name, keys: string[], random: Random): Act {
  const key = keys[random.below(keys.length)] ?? '';
  const number = random.below(4);
  switch (act) {
    case 'put':
      return { act, key, content: random.chance(0.1) ? random.pick([BROKEN, DEADLY]) : number };
    case 'copy':
      return {
        act,
        key,
        keepsCrc: random.chance(0.8),
        says: random.pick([undefined, '', '0.2,0.8', 'the cat']),
      };
    case 'miss':
      return { act, key, which: random.below(100) };
    case 'spoil':
      return { act, record: random.pick(RECORDS) };
    case 'edit':
      return { act, list: random.chance(0.1) ? 'bad' : random.pick(goodLists) };
    case 'backfill':
      return { act, mode: random.pick(['settle', 'missing', 'stale', 'retry-failed', 'force']) };
    case 'verify':
      return { act, deletesOrphans: random.chance(0.5) };
    case 'tick':
      return { act, what: random.pick(['tend', 'drain', 'sweep']) };
    case 'replay':
      return { act };
    default:
      return { act, key };
  }
}

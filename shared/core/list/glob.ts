/**
 * Globs on keys, in time linear in the key: a regular expression, which other matchers make of a glob, goes through all
 * ways to share a key among its stars, and whoever uploads chooses the key.
 *
 * `*` is any part of a name, `**` as a whole name any number of names, `?` one character, `[a-z]` and `[!a-z]` one of
 * some, `{a,b}` either, a backslash takes what follows as it is. A name that begins with a dot is one as any other.
 */

/** Of one UTF-16 unit: itself, or whether it is meant. */
type Unit = string | ((unit: string) => boolean);
const STAR: unique symbol = Symbol('any part of a name');
const NAMES: unique symbol = Symbol('any number of names');
type Token = Unit | typeof STAR;
/** One without signs is a string. */
type Name = string | Token[] | typeof NAMES;

/** Of all alternatives together. A key of 1,023 bytes is matched against so many in a millisecond. */
const MOST_TOKENS = 1000;

export function matchesGlob(glob: string, key: string): boolean {
  const names = key.split('/');
  return alternativesOf(glob).some(pattern => matches(pattern, names, NAMES, fitsName));
}

function fitsName(pattern: Name, name: string): boolean {
  if (typeof pattern === 'string') return pattern === name;
  // A star is some part of a name, and a name that is nothing has none.
  return pattern !== NAMES && name !== '' && matches(pattern, name, STAR, fitsUnit);
}

function fitsUnit(token: Token, unit: string): boolean {
  return typeof token === 'string' ? token === unit : token !== STAR && token(unit);
}

/**
 * What follows a run is looked for at the nearest place, and only the last run is ever made longer: an earlier one that
 * ends sooner leaves more for all that follow.
 */
function matches<P>(
  pattern: P[],
  items: ArrayLike<string>,
  isRun: P,
  fits: (one: P, item: string) => boolean,
): boolean {
  let at = 0;
  let next = 0;
  let run = -1;
  let resumed = 0;
  while (at < items.length) {
    const one = pattern[next];
    if (one === isRun) {
      run = next;
      resumed = at;
      next += 1;
    } else if (one !== undefined && fits(one, items[at] as string)) {
      at += 1;
      next += 1;
    } else if (run === -1) {
      return false;
    } else {
      resumed += 1;
      at = resumed;
      next = run + 1;
    }
  }
  return pattern.slice(next).every(one => one === isRun);
}

/** `at` is the place in the glob, from 0. */
export interface GlobProblem {
  expected: string;
  at: number;
}

export function globProblem(glob: string): GlobProblem | undefined {
  try {
    alternativesOf(glob);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Misspelt) return { expected: thrown.message, at: thrown.at };
    throw thrown;
  }
}

class Misspelt extends Error {
  readonly at: number;

  constructor(expected: string, at: number) {
    super(expected);
    this.at = at;
  }
}

/** Walking a bucket asks millions of times. */
const known = new Map<string, Name[][]>();

function alternativesOf(glob: string): Name[][] {
  const before = known.get(glob);
  if (before) return before;
  const cursor = { glob, at: 0, depth: 0 };
  const alternatives = sequencesFrom(cursor).map(namesOf);
  known.set(glob, alternatives);
  return alternatives;
}

interface Cursor {
  glob: string;
  at: number;
  depth: number;
}

/** All that the glob says from here on to its end, or to the end of an alternative in braces. */
function sequencesFrom(cursor: Cursor): Token[][] {
  let sequences: Token[][] = [[]];
  while (cursor.at < cursor.glob.length) {
    const sign = cursor.glob[cursor.at] as string;
    if (cursor.depth > 0 && (sign === ',' || sign === '}')) break;
    const next: Token[][] = sign === '{' ? inBraces(cursor) : [[tokenAt(cursor)]];
    sequences = sequences.flatMap(before => next.map(after => [...before, ...after]));
    if (sequences.reduce((sum, { length }) => sum + length, 0) > MOST_TOKENS) {
      throw new Misspelt(
        `at most ${MOST_TOKENS} characters with all its alternatives written out`,
        0,
      );
    }
  }
  return sequences;
}

function inBraces(cursor: Cursor): Token[][] {
  const opened = cursor.at;
  const alternatives: Token[][] = [];
  cursor.depth += 1;
  do {
    cursor.at += 1;
    alternatives.push(...sequencesFrom(cursor));
  } while (cursor.glob[cursor.at] === ',');
  if (cursor.glob[cursor.at] !== '}') {
    throw new Misspelt('a } for the { (\\{ is the character)', opened);
  }
  cursor.at += 1;
  cursor.depth -= 1;
  return alternatives;
}

const REFUSED = new Map([
  ['(', 'no parentheses (\\( is the character)'],
  [')', 'no parentheses (\\) is the character)'],
  ['|', 'no | ({a,b} is either, \\| the character)'],
  ['}', 'a { before the } (\\} is the character)'],
]);

function tokenAt(cursor: Cursor): Token {
  const { glob, at } = cursor;
  const sign = glob[at] as string;
  const refused = REFUSED.get(sign);
  if (refused) throw new Misspelt(refused, at);
  if (sign === '[') return classAt(cursor);
  cursor.at += 1;
  if (sign === '*') return STAR;
  if (sign === '?') return () => true;
  if (sign !== '\\') return sign;
  cursor.at += 1;
  if (at + 1 === glob.length) throw new Misspelt('a character after the backslash', at);
  return glob[at + 1] as string;
}

/** `[abc]`, `[a-z]`, `[!a-z]`; a `]` is the end wherever it stands, but behind a backslash. */
function classAt(cursor: Cursor): Token {
  const opened = cursor.at;
  const [written = '', negation = '', members = ''] =
    /^\[([!^]?)((?:\\.|[^\]\\/])+)\]/su.exec(cursor.glob.slice(opened)) ?? [];
  if (!written) throw new Misspelt('characters and a ] after the [ (\\[ is the character)', opened);
  cursor.at += written.length;
  const ranges = [...members.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gs)].map(
    ([, from = '', to]) => {
      const [first, last] = [from.at(-1) as string, (to ?? from).at(-1) as string];
      if (first > last)
        throw new Misspelt(`a range that ends after it begins, not ${from}-${to}`, opened);
      return { first, last };
    },
  );
  const isIn = (unit: string) => ranges.some(({ first, last }) => first <= unit && unit <= last);
  return negation ? unit => !isIn(unit) : isIn;
}

function namesOf(tokens: Token[]): Name[] {
  const names: Token[][] = [[]];
  for (const token of tokens) {
    if (token === '/') names.push([]);
    else names.at(-1)?.push(token);
  }
  return names.map(name => {
    if (name.length === 2 && name.every(token => token === STAR)) return NAMES;
    return name.every(token => typeof token === 'string') ? name.join('') : name;
  });
}

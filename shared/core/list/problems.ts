import leven from 'leven';
import * as z from 'zod';
import type { PresetIssue } from './checks.ts';
import { presetListShape } from './preset-list.ts';

/** What is wrong with a preset list, or another document that zod refused, each in one sentence: expected …, received …, and a guess at what was meant. */
export interface Problem {
  /** Where, as zod counts: keys and indexes. An unknown key is named as its own last segment. */
  path: PropertyKey[];
  /** The key itself is wrong, not its value. */
  isKey?: true;
  message: string;
}

export function problemsIn(issues: PresetIssue[], list: unknown): Problem[] {
  return issues.flatMap(issue => problemsFrom(issue, list));
}

function problemsFrom(issue: PresetIssue, list: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const listed = choicesOf(issue);
    const known = listed.length > 0 ? listed : keysAt(issue.path);
    return issue.keys.map(key => ({
      path: [...issue.path, key],
      isKey: true as const,
      message: `expected one of the keys ${known.join(', ')}, received ${key}${guess(key, known)}`,
    }));
  }
  const value = valueAt(list, issue.path);
  const choices = choicesOf(issue);
  const received = value === undefined ? 'nothing' : JSON.stringify(value);
  const meant = typeof value === 'string' ? guess(value, choices) : '';
  const expected = expectedBy(issue);
  const says = expected.includes(', received ') ? '' : `, received ${received}`;
  return [{ path: issue.path, message: `${expected}${says}${meant}` }];
}

function expectedBy(issue: PresetIssue): string {
  if (/^expected/.test(issue.message)) return issue.message;
  const unit = (origin: string) => (origin === 'string' ? ' characters' : '');
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected === 'int' ? 'a whole number' : `${article(issue.expected)} ${issue.expected}`}`;
    case 'invalid_value':
      return `expected ${issue.values.map(value => String(value)).join(', ')}`.replace(
        /, ([^,]*)$/,
        ' or $1',
      );
    case 'too_small':
      return `expected at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_union':
      return "expected 'none' or a list of preset names";
    case 'invalid_key':
      return 'expected a key such as web or mini-program';
    default:
      return `expected something else (${issue.message})`;
  }
}

function article(noun: string): string {
  return /^[aeio]/.test(noun) ? 'an' : 'a';
}

/** Names that a misspelt value or key may have meant: the values of an enumeration, or those a check listed. */
function choicesOf(issue: PresetIssue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(value => String(value));
  return /^expected one of: (.*)$/.exec(issue.message)?.[1]?.split(', ') ?? [];
}

/** `; did you mean …?`, or nothing: half of what was written may be wrong, and no more. */
export function guess(written: string, choices: string[]): string {
  const [nearest] = choices
    .map(choice => ({ choice, distance: leven(written.toLowerCase(), choice.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  if (!nearest || nearest.distance > written.length / 2) return '';
  return `; did you mean ${nearest.choice}?`;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) => (inner as Record<PropertyKey, unknown> | null)?.[step],
    value,
  );
}

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | false;
}

/** The keys that the list may have at a place, read from the published JSON Schema. */
function keysAt(path: PropertyKey[]): string[] {
  let schema: Schema | undefined = z.toJSONSchema(presetListShape, { io: 'input' }) as Schema;
  for (const step of path) {
    const inner: Schema | false | undefined =
      typeof step === 'number'
        ? schema?.items
        : (schema?.properties?.[String(step)] ?? schema?.additionalProperties);
    schema = inner || undefined;
  }
  return Object.keys(schema?.properties ?? {});
}

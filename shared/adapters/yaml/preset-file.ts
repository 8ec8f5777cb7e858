import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { Failure } from '../../core/failure.ts';
import { checkPresets } from '../../core/list/checks.ts';
import { type Problem, problemsIn } from '../../core/list/problems.ts';
import { fingerprintOfList } from '../../core/list/recipe.ts';
import type { NamedList } from '../../ports.ts';

/** The preset list as people write it: YAML 1.2, with anchors and merge keys. */

/** A problem's `place` is `file:line:column`. */
export type LocatedProblem = Problem & { place: string };

/** Either the list or every problem there is, in the order of the file. */
export function readPresetList(
  text: string,
  file: string,
): NamedList | { problems: LocatedProblem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      path: [],
      message: `expected YAML, ${message.replace(/\.$/, '')}`,
      place: placeOf(pos[0]),
    }));
    return { problems };
  }
  const resolved = writtenOut(document);
  if ('wrong' in resolved) {
    const { message, alias } = resolved.wrong;
    return { problems: [{ path: [], message, place: placeOf(startOf(alias) ?? 0) }] };
  }
  const { written } = resolved;
  if (written === null) {
    const message = 'expected a preset list, the file is empty';
    return { problems: [{ path: [], message, place: placeOf(0) }] };
  }
  const checked = checkPresets(written);
  if ('list' in checked) {
    return { list: checked.list, fingerprint: fingerprintOfList(checked.list) };
  }
  const found = problemsIn(checked.issues, written).map(problem => {
    const offset = offsetOf(document, problem);
    return { ...problem, offset, place: placeOf(offset) };
  });
  found.sort((a, b) => a.offset - b.offset);
  return { problems: found.map(({ offset: _, ...problem }) => problem) };
}

interface BadAlias {
  message: string;
  alias: Alias | undefined;
}

/** With its aliases resolved. Whoever may write a list could write one that stands for itself, or for billions. */
function writtenOut(document: Document.Parsed): { written: unknown } | { wrong: BadAlias } {
  const aliases: Alias[] = [];
  let wrong: BadAlias | undefined;
  visit(document, {
    Alias(_, alias, around) {
      aliases.push(alias);
      const target = alias.resolve(document);
      if (target && !around.includes(target)) return undefined;
      const name = alias.source;
      const message = target
        ? `expected an alias of something else, *${name} stands within &${name}`
        : `expected an anchor &${name} before the alias *${name}, received none`;
      wrong = { message, alias };
      return visit.BREAK;
    },
  });
  if (wrong) return { wrong };
  try {
    return { written: document.toJS() };
  } catch (thrown) {
    // More than maxAliasCount: https://eemeli.org/yaml/#tojs-options
    if (!(thrown instanceof ReferenceError)) throw thrown;
    const message =
      'expected aliases of a hundred things at most, these stand for more written out';
    return { wrong: { message, alias: aliases[0] } };
  }
}

/** `presets.yaml:4:9 presets[0].fit: expected …, received …` */
export function sentenceOf({ place, path, message }: LocatedProblem): string {
  const steps = path.map(step => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  const where = steps.join('').replace(/^\./, '');
  return `${place} ${where ? `${where}: ` : ''}${message}`;
}

/** What is said of a place in a list that is in order, as its problems are. */
export function sentenceAt(text: string, file: string, path: PropertyKey[], message: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const { line, col } = lines.linePos(offsetOf(document, { path, message }));
  return sentenceOf({ place: `${file}:${line}:${col}`, path, message });
}

/** Throws PRESETS_INVALID with every problem, one a line. */
export function presetsOrThrow(text: string, file: string): NamedList {
  const read = readPresetList(text, file);
  if (!('problems' in read)) return read;
  throw new Failure('PRESETS_INVALID', read.problems.map(sentenceOf).join('\n'));
}

/** Where the value of a path begins, or its key, or the nearest thing around it that is written in the file. */
function offsetOf(document: Document.Parsed, { path, isKey }: Problem): number {
  let here: Written = { value: document.contents, key: undefined };
  let offset = startOf(here.value) ?? 0;
  for (const step of path) {
    const inner = stepInto(document, here.value, step);
    if (!inner) break;
    here = inner;
    offset = (isKey ? here.key : startOf(here.value)) ?? here.key ?? offset;
  }
  return offset;
}

interface Written {
  value: unknown;
  /** Where the key begins, for an entry of a map. */
  key: number | undefined;
}

function stepInto(
  document: Document.Parsed,
  node: unknown,
  step: PropertyKey,
): Written | undefined {
  const outer = isAlias(node) ? node.resolve(document) : node;
  if (isMap(outer)) {
    return { value: outer.get(String(step), true), key: startOfKey(outer.items, step) };
  }
  return isCollection(outer) ? { value: outer.get(step, true), key: undefined } : undefined;
}

function startOfKey(items: { key: unknown }[], step: PropertyKey): number | undefined {
  return startOf(items.find(({ key }) => isScalar(key) && String(key.value) === String(step))?.key);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

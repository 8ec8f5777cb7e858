import type {
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';

/** What may be written at a place of a preset list, by its JSON Schema. */

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
  type?: string | string[];
}

export function completionsBy(root: unknown): CompletionSource {
  return context => completionsAt(context, root as Schema);
}

function completionsAt(context: CompletionContext, root: Schema): CompletionResult | null {
  const { line, before } = linesBefore(context);
  const word = context.matchBefore(/[\w$-]*/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const typed = line.slice(0, line.length - word.text.length);
  const place = placeOf(typed, before);
  const schemas = place.path.reduce<Schema[]>(
    (found, step) => found.flatMap(one => within(one, step, root)),
    alternatives(root, root),
  );
  const options = place.isValue ? valuesOf(schemas) : keysOf(schemas);
  return options.length > 0 ? { from: word.from, options } : null;
}

function linesBefore({ state, pos }: CompletionContext): { line: string; before: string[] } {
  const lines = state.sliceDoc(0, pos).split('\n');
  return { line: lines.pop() ?? '', before: lines };
}

interface Place {
  path: string[];
  /** Behind a colon, and not a key. */
  isValue: boolean;
}

/** `feed: { jpeg: {` leaves two maps open. */
const OPENED = /([\w-]+):\s*(?:&\w+\s*)?\{(?=[^}]*$)/g;
const KEY = /^(\s*(?:-\s+)?)([\w-]+):/;

function placeOf(typed: string, before: string[]): Place {
  const outer = outerKeys(indentOf(typed), before);
  const opened = [...typed.matchAll(OPENED)].map(match => match[1] ?? '');
  const last =
    typed
      .slice(typed.lastIndexOf('{') + 1)
      .split(',')
      .pop() ?? '';
  const key = /([\w-]+):\s*(?:\[[^\]]*)?$/.exec(last.replace(/^\s*-\s+/, ''))?.[1];
  const path = [...outer, ...opened];
  return key === undefined ? { path, isValue: false } : { path: [...path, key], isValue: true };
}

/** Of a line that begins an entry of a list, that of what the entry holds. */
function indentOf(line: string): number {
  return /^\s*(?:-\s+)*/.exec(line)?.[0].length ?? 0;
}

/** Those under which a line of this indent stands, from the outside. */
function outerKeys(indent: number, before: string[]): string[] {
  const keys: string[] = [];
  let least = indent;
  for (const line of before.toReversed()) {
    const [, lead = '', key] = KEY.exec(line) ?? [];
    if (key === undefined || lead.length >= least) continue;
    keys.unshift(key);
    least = lead.length;
  }
  return keys;
}

/** A list stands for what is in it: the path has no steps for its places. */
function within(schema: Schema, step: string, root: Schema): Schema[] {
  const own = schema.properties?.[step];
  const any =
    typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  const found = own ?? any;
  return found ? alternatives(found, root) : [];
}

function alternatives(schema: Schema, root: Schema): Schema[] {
  const { $ref, anyOf = [], oneOf = [], allOf = [], items } = schema;
  const named = $ref === undefined ? undefined : definitionOf($ref, root);
  const inner = [
    ...anyOf,
    ...oneOf,
    ...allOf,
    ...(named ? [named] : []),
    ...(items ? [items] : []),
  ];
  return [schema, ...inner.flatMap(one => alternatives(one, root))];
}

function definitionOf(ref: string, root: Schema): Schema | undefined {
  const name = ref.split('/').pop() ?? '';
  return root.$defs?.[name] ?? root.definitions?.[name];
}

function keysOf(schemas: Schema[]) {
  const entries = schemas.flatMap(({ properties = {} }) => Object.entries(properties));
  return [...new Map(entries)].map(([label, { description }]) => ({
    label,
    type: 'property',
    apply: `${label}: `,
    ...(description ? { info: description } : {}),
  }));
}

function valuesOf(schemas: Schema[]) {
  const values = schemas.flatMap(one => [
    ...(one.enum ?? []),
    ...(one.const === undefined ? [] : [one.const]),
    ...(one.type === 'boolean' ? [true, false] : []),
  ]);
  return [...new Set(values.map(String))].map(label => ({ label, type: 'constant' }));
}

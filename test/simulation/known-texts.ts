import type * as z from 'zod';

/**
 * Records and manifests are read again and again, and most say what they said before: while a history runs, this
 * process reads each text once. The value is frozen, so that no reader changes what another is given.
 */
export function withKnownTexts<T>(work: () => Promise<T>): Promise<T> {
  const { parse } = JSON;
  JSON.parse = (text: string, reviver?: Parameters<typeof parse>[1]) => {
    if (reviver) return parse(text, reviver);
    const known = values.get(text);
    if (known !== undefined) return known;
    const value = frozen(parse(text));
    if (values.size >= MOST_KNOWN) values.clear();
    values.set(text, value);
    return value;
  };
  return work().finally(() => {
    JSON.parse = parse;
  });
}

/** More than one history writes: what a history writes is much like what others do. */
const MOST_KNOWN = 500;
const values = new Map<string, unknown>();

/**
 * The same for what a schema makes of such a value: to check one takes longer than to read it. Frozen as well, but for
 * what its readers write on in (`isOwn`), of which each gets a copy.
 */
export function remembering(schema: z.ZodType, isOwn = false): void {
  const known = new WeakMap<object, unknown>();
  const { parse, safeParse } = schema;
  const madeOf = (value: unknown) => {
    if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return undefined;
    if (!known.has(value)) known.set(value, frozen(safeParse(value).data));
    return isOwn ? copied(known.get(value)) : known.get(value);
  };
  schema.parse = (value, params) => madeOf(value) ?? parse(value, params);
  schema.safeParse = (value, params) => {
    const data = madeOf(value);
    return data === undefined ? safeParse(value, params) : { success: true, data };
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

function copied<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied) as T;
  const copy = { ...value };
  for (const name in copy) copy[name] = copied(copy[name]);
  return copy;
}

import type * as z from 'zod';

/**
 * Records and manifests are read again and again, and most say what they said before: while a history runs, this
 * process reads each text once. What comes of it is frozen, so that no reader changes what another is given.
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

/** The same for what a schema makes of such a value: to check it takes longer than to read it. */
export function remembering(schema: z.ZodType): void {
  const known = new WeakMap<object, z.ZodSafeParseResult<unknown>>();
  const { safeParse } = schema;
  schema.safeParse = (value, params) => {
    const isOnesOwn = typeof value !== 'object' || value === null || !Object.isFrozen(value);
    if (isOnesOwn || params) return safeParse(value, params);
    const result = known.get(value) ?? frozen(safeParse(value));
    known.set(value, result);
    return result;
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
